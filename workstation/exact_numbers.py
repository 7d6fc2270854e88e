"""Numbers that a spreadsheet keeps to the last digit."""


class ExactNumber(float):
    """XlsxWriter writes 16 digits, which loses the last one of about every second fraction: 17 are needed."""

    def __format__(self, _format: str) -> str:
        return repr(float(self))
