"""The URL table, one line a URL. aiohttp tries them in order, so the hot ones come first."""

from aiohttp import web

from service.web import comments, feed, health, lists, owning, queue, session, subscriptions
from service.web.desk import deciding, desk, letter
from service.web.pages import assets, demo, mail_links, sign_in, thread

S = "/api/v1/sites/{site}"
PAGES = "/sites/{site}"

ROUTES: tuple[web.RouteDef, ...] = (
    web.get(S + "/comments", comments.list_comments),
    web.post(S + "/comments", comments.post_comment),
    web.get(S + "/counts", lists.get_counts),
    web.get(S + "/session", session.get_session),
    web.delete(S + "/session", session.delete_session),
    web.get(S + "/queue", queue.get_queue),
    web.post(S + "/decisions", queue.post_decision),
    web.post(S + "/decisions/{id}/undo", queue.post_undo),
    web.get(S + "/recent", lists.get_recent),
    web.get(S + "/feed.atom", feed.get_feed),
    web.post(S + "/preview", comments.post_preview),
    web.get(S + "/members/me", session.get_me),
    web.get(S + "/comments/{id}", comments.get_comment),
    web.delete(S + "/comments/{id}", comments.delete_comment),
    web.get(S + "/comments/{id}/history", queue.get_history),
    web.get(S + "/log", queue.get_log),
    web.get(S + "/settings", owning.get_settings),
    web.patch(S + "/settings", owning.patch_settings),
    web.get(S + "/members", owning.get_members),
    web.post(S + "/members", owning.post_member),
    web.patch(S + "/members/{id}", owning.patch_member),
    web.get(S + "/threads", owning.get_threads),
    web.patch(S + "/threads/{id}", owning.patch_thread),
    web.get(S + "/subscriptions", subscriptions.get_subscriptions),
    web.post(S + "/subscriptions", subscriptions.post_subscription),
    web.delete(S + "/subscriptions/{id}", subscriptions.delete_subscription),
    web.get(PAGES + "/thread", thread.get_thread),
    web.post(PAGES + "/thread", thread.post_thread),
    web.get(PAGES + "/sign-in", sign_in.get_sign_in),
    web.post(PAGES + "/sign-in", sign_in.post_sign_in),
    web.post(PAGES + "/sign-out", sign_in.post_sign_out),
    web.get("/desk", desk.get_entrance),
    web.get(PAGES + "/desk", desk.get_desk),
    web.post(PAGES + "/desk/decisions", deciding.post_decisions),
    web.post(PAGES + "/desk/undo", deciding.post_undo),
    web.get(PAGES + "/desk/letter", letter.get_letter),
    web.post(PAGES + "/desk/letter", letter.post_letter),
    web.get(PAGES + "/subscribe", mail_links.get_subscribe),
    web.post(PAGES + "/subscribe", mail_links.post_subscribe),
    web.get(PAGES + "/unsubscribe", mail_links.get_unsubscribe),
    web.post(PAGES + "/unsubscribe", mail_links.post_unsubscribe),
    web.get("/demo", demo.get_demo),
    web.post("/demo", demo.post_demo),
    web.get("/pages.css", assets.get_asset),
    web.get("/desk.css", assets.get_asset),
    web.get("/icon.svg", assets.get_asset),
    web.get("/healthz", health.get_healthz),
    web.get("/readyz", health.get_readyz),
)
