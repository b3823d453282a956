// What a first view says; en.more.js has the rest. How to add a language: docs/embedding.md. {n} and the like are put
// in; several forms of a sentence are those of CLDR's plural rules.

export default {
  "direction": "ltr",
  "no_comments": "No comments:",
  "comments": { "one": "{n} comment:", "other": "{n} comments:" },
  "post_a_comment": "Post a Comment",
  "members_only": "Note: Only a member of this blog may post a comment.",
  "closed": "New comments are not allowed here.",
  "your_comment": "Your comment",
  "sign_in": "Sign in to comment",
  "oldest": "Oldest first",
  "newest": "Newest first",
  "range": "Comments {from} to {to} of {total}",
  "newer": "Newer comments",
  "older": "Older comments",
  "reply": "Reply",
  "report": "Report",
  "about": "{act} ({name})",
  "edited": "edited",
  "role_moderator": "moderator",
  "role_owner": "owner",
  "in_reply_to": "in reply to {name}",
  "an_earlier_comment": "an earlier comment",
  "removed_by_author": "This comment was removed by its author.",
  "removed_by_moderator": "This comment was removed by a moderator.",
  "just_now": "just now",
  "feed": "Feed",
  "refused_offline": "There is no connection. Your text is kept."
};
