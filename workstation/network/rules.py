"""Rules about stations decided from values alone."""

# The code of a network that is still being loaded: nothing lists it, nobody can sign in to it.
UNFINISHED = "demo.loading"


def initials_of(name: str) -> str:
    """First letters of the name's pinyin in lower case, letters and digits as they are: 粤海A站 → yhaz."""
    from pypinyin import Style, lazy_pinyin  # its phrases take 0.3 s and 20 MB: only who names a station pays

    letters = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()
    return "".join(char for char in letters if char.isalnum())[:100]
