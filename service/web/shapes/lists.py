"""What all lists in pages share."""

from typing import Annotated

from msgspec import Meta

NextCursor = Annotated[str | None, Meta(description="Begins the next page, sent as `cursor`; null at the end.")]
