"""Where articles, annotation sets and edits are kept, and how they survive crashes."""
