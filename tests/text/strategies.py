"""Texts of the kinds that break offset code."""

from hypothesis import strategies as st

PIECES = [
    "The clerk said ", "“we stay,” ", "Ms. Orrin ", "U.S. ", "3.5 ", "no. ", "Stop! ", "a.b",
    "\n", "\n\n", " ", "\t", "\u00a0", "\u200b", "\ufeff", "\r", "\x1b", "x", "?", "!”", ".", "…",
    "’", "‘", "“", "”", "„", "«", "»", '"', "'", ", ", "; ", " – ", "。", "「港」",
    "👨‍👩‍👧", "🇫🇷🇩🇪", "👍🏽", "1️⃣", "❤️", "e\u0301", "n\u0303o", "\u0301", "\u200d", "\u0600",
    "क्षि", "각", "漢字", "かな", "カナ", "قال العمدة ", "ראש העיר ",
    "\u202bab\u202c", "ภาษาไทย", "می‌رود",
]  # fmt: skip

texts = st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(
    st.characters(codec="utf-8"), max_size=40
)
