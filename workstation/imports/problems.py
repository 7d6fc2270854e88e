"""What can be wrong with a file, by stable code. docs/imports.md lists every code."""

from dataclasses import dataclass, field

MESSAGES: dict[str, str] = {
    # The whole file
    "import.empty": "文件是空的，第一行应是表头。",
    "import.encoding": "文件编码认不出，请另存为 UTF-8 或 GB18030（GBK）的 CSV，或 XLSX。",
    "import.unreadable": "文件读不懂，请另存为 CSV 或 XLSX 后再试。",
    "import.too_large": "文件太大（最多 {limit}），请分成几个文件。",
    "import.column_missing": "缺少「{head}」（{field}）这一列。",
    "import.column_repeated": "这一列出现了两次，请删去一列。",
    "import.column_unknown": "不认识这一列，已略过。",
    "import.no_rows": "只有表头，没有内容。",
    # One row
    "import.row_malformed": "引号没有成对，这一行之后都读不了。",
    "import.cells_extra": "这一行的格子比表头多，请检查分隔符和引号。",
    "import.code_repeated": "与第 {first} 行重复。",
    # One cell
    "import.required": "必填，不能为空。",
    "import.too_long": "太长，最多 {limit} 个字。",
    "import.control_character": "含有看不见的控制字符，请重新输入。",
    "import.formula": "请填写内容，不要填公式（以 = 开头）。",
    "import.number": "「{value}」不是数字。",
    "import.range": "「{value}」不在 {low} 至 {high} 之间。",
    "import.date": "「{value}」不是日期，请写成 2026-11-21。",
    "import.date_future": "「{value}」还没有到，请填写已经核对的日期。",
    "import.time": "「{value}」不是时间，请写成 09:00。",
    "import.yes_no": "「{value}」请填 是 或 否。",
    "import.yes_no_date": "「{value}」请填 是、否 或核对日期（2026-11-21）。",
    "import.choice": "「{value}」不在可选范围：{choices}。",
    # Places
    "import.axes_swapped": "经纬度可能填反了：纬度填了 {lat}，经度填了 {lon}，对调后正好在本网络范围内。",
    "import.position_outside": "位置（{lat}, {lon}）不在本网络的范围内，请核对经纬度。",
    "import.datum_doubtful": "换算后的位置在{division}轮廓外约 {metres} 米，请核对位置和坐标系{hint}。",
    # Names and codes that must be known
    "import.district_unknown": "没有叫「{value}」的区，请用本网络已有的名称或编码。",
    "import.street_unknown": "{division}没有叫「{value}」的街道，请用本网络已有的名称或编码。",
    "import.street_required": "填写社区时要先填写街道。",
    "import.community_unknown": "没有编码为「{value}」的社区，请改填社区名称。",
    "import.station_unknown": "没有叫「{value}」的站点，请用已有的编码或名称。",
    "import.member_unknown": "没有编号或姓名为「{value}」的人员。",
    "import.ambiguous": "叫「{value}」的不止一个，请改填编码。",
    "import.will_create": "本网络还没有「{value}」，将新建。",
    # Rules of one kind of row
    "import.district_required": "区办人员要填写所在的区。",
    "import.last_officer": "导入以后网络里就没有市办人员了，请至少留一位。",
    "import.span": "结束要晚于开始，且一班不超过 12 小时。",
    "import.plan_frozen": "这一班已经开始，不能再改。",
    "import.plan_past": "这一班已经过去，仍会导入。",
    # Outlines
    "import.geojson": "这不是 GeoJSON：应是一个 FeatureCollection，每个街道或区是其中一个 Feature。",
    "import.outline_unknown": "没有编码或名称为「{value}」的街道或区，请用本网络已有的。",
    "import.outline_type": "轮廓应是 Polygon 或 MultiPolygon。",
    "import.outline_invalid": "轮廓不合规：{where}。请在制图软件里修好。",
    "import.outline_points": "轮廓的点太多（最多 {limit} 个），请先在制图软件里简化。",
    "import.outline_datum": "坐标系可能选错了：按 {datum} 有 {more} 落在所属的区里，按所选的只有 {less}。",
    "import.outline_outside": "只有 {share} 在{division}的轮廓以内，请核对坐标系和编码。",
    # Ledgers
    "import.topic_unknown": "没有叫「{value}」的主题，可选：{choices}。",
    "import.ledger_future": "还没有过去，台账只收已经发生的。",
    "import.ledger_other": "这一班已经导入过，结束时间或备注与上次不同。请在那条记录上更正，或改回原样。",
    "import.ledger_near": "系统里已有这位委员当时在本站的记录，可能是同一次；相差 30 分钟以内的只算一次。",
}


@dataclass(frozen=True)
class Problem:
    """One error or warning. `row` as a spreadsheet counts it (the head is 1), None for the whole file."""

    row: int | None
    column: str | None
    code: str
    message: str


class Unreadable(Exception):
    """The file as a whole can't be used."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class Wrong(Exception):
    """A cell's value can't be used; the caller knows row and column."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def problem(*, code: str, row: int | None = None, column: str | None = None, **values: object) -> Problem:
    """A problem whose message names line and column and says what to do."""
    where = (f"第 {row} 行" if row else "") + (f"「{column}」" if column else "")
    text = MESSAGES[code].format(**values)
    return Problem(row, column, code, f"{where}：{text}" if where else text)


@dataclass
class Report:
    """What an import found, and whether it was applied."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    applied: bool = False
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
