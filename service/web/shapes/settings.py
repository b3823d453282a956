"""A site's settings over the wire: its policy as it is, and the change of any part of it."""

from msgspec import UNSET, UnsetType, defstruct
from msgspec.structs import fields

from service.domain.site import Policy
from service.web.bodies import Body

# What may be sent to change a policy: any of its settings. It describes; the policy itself says all that is wrong.
SettingsBody = defstruct(
    "SettingsBody",
    [(field.name, field.type | UnsetType, UNSET) for field in fields(Policy)],
    bases=(Body,),
    frozen=True,
    module=__name__,
    namespace={
        "__doc__": "Settings to put in place of those of the same names. Null as hold_at or spam_at: the model's."
    },
)
