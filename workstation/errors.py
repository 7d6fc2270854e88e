"""Every refusal the domain can give, by its stable code.

A refusal is an answer that a caller can expect: it has a code (`noun.reason`, never reused), a Chinese
sentence that says what to do next, and no HTTP status (api/errors.py gives it one).
docs/errors.md lists every code.
"""

from collections.abc import Mapping

MESSAGES: dict[str, str] = {
    "account.missing": "请先给自己起一个账号。",
    "account.taken": "这个账号已有人使用，请换一个。",
    "call.too_many": "这台设备请求太频繁，请稍后再试。记录仍在本机。",
    "code.unusable": "此码不对、已用过或已过期，请联系工作站。",
    "constituent.not_found": "这次接待没有留下联系方式，或已按期限清除。",
    "coverage.window_invalid": "时间范围不对：请给出 1 至 3660 天，且开始早于结束。",
    "coverage.after_unknown": "没有找到 after 所指的那一行，请从头再取。",
    "coverage.by_invalid": "不认识这种分组，请用 network、district、street、area、sector、kind 或 station。",
    "device.not_found": "没有找到这台设备。",
    "device.revoked": "这台设备已停用。已存的记录仍可发送，请联系工作站重新登记。",
    "division.not_found": "没有找到这个区划。",
    "door_screen.not_found": "没有找到这块门口屏。",
    "door_screen.revoked": "这块门口屏已停用，请联系工作站重新登记。",
    "edit.conflict": "别人刚刚改过。两份都在下面，请选一份。",
    "edit.not_found": "没有找到这次修改。",
    "edit.not_undoable": "这一次不是修改，不能撤销；请直接修改，或把站点设为关闭、人员设为停用。",
    "edit.superseded": "这一处后来又改过，请先看最新的内容。",
    "export_key.not_found": "没有找到这把取数密钥。",
    "export_key.refused": "取数密钥不对或已停用，请在“报告”页重新建一把。",
    "held_entry.closed": "这条记录已经处理过了，请刷新后再看。",
    "held_entry.not_found": "没有找到这条待核记录。",
    "held_entry.other_code": "这条记录待核的原因不同，请单独处理。",
    "held_entry.own": "自己的记录要由别人来确认。",
    "held_entry.not_releasable": "这条记录还不能放行，请先改正，或写明原因后关闭。",
    "member.beyond_scope": "这位人员的角色或站点超出您的范围，请市政协的同事修改。",
    "member.last_officer": "网络里至少要有一位在用的市办人员，请先增加一位。",
    "member.not_found": "没有找到这位人员。",
    "member.own_role": "自己的角色、所在区和停用要由别人来改。",
    "member.taken": "这个编号已经有人用了，请换一个。",
    "network.not_found": "没有找到这个网络。",
    "page.not_found": "没有这个地址，请检查后再试。",
    "report.just_issued": "别人刚刚发布了这一版，请刷新后再看。",
    "report.not_found": "没有找到这份报告。",
    "report.period_invalid": "报告时段不对：请给出已经开始的年、季或月，例如 2026、2026-Q4、2026-11。",
    "report.template_invalid": "这个模板不能用：请从现用的模板改起，存为 Word 文档（.docx）后再试。",
    "password.easy": "这个密码太容易猜到，请换一个：至少 10 个字，不用常见的词和自己的名字、账号。",
    "password.wrong": "现用密码不对，请核对后再试。",
    "planned_shift.begun": "这一班已经开始，不能再改。",
    "planned_shift.not_found": "没有找到这一班。",
    "planned_shift.overlaps": "这位委员这段时间已经排了班。",
    "request.invalid": "填写的内容有误，请按提示修改。",
    "request.method_not_allowed": "这个地址不支持这种操作。",
    "request.too_large": "内容太大，请分开提交。",
    "request.unsupported_type": "请以 JSON 提交。",
    "rescue.other_network": "这个文件属于另一个网络，请交给那里的工作人员。",
    "rescue.too_large": "文件太大，收不下。请让这台手机连网直接发送，或联系技术人员。",
    "rescue.unknown_key": "这个文件不是为本系统导出的，请核对服务器，或从手机上重新导出。",
    "rescue.unreadable": "文件读不出来，可能不完整，请从手机上重新导出。",
    "rescue.version_unsupported": "文件来自更新的应用，请先更新系统，文件请留好。",
    "rules.decided": "这份提议已经有了结果，请刷新后再看。",
    "rules.not_yours": "只有提议的人可以撤回；不同意请选“不同意”并写明原因。",
    "rules.own_proposal": "自己的提议要由另一位市办人员来决定。",
    "rules.proposal_not_found": "没有找到这份提议。",
    "rules.proposed_already": "已经有一份提议在等人同意，请先处理那一份。",
    "rules.unchanged": "与现行规则一样，没有要改的。",
    "rules.version_gone": "那一版的时长规则与现行的不同，当时的数字已按现行规则重算；请看当时发布的报告。",
    "rules.version_not_found": "没有这一版规则，请到“设置”里看有哪些版本。",
    "scope.denied": "您没有查看或操作这项内容的权限，请联系上级办公室。",
    "second_factor.none_begun": "请先重新开始设置动态码。",
    "second_factor.on": "动态码已经开着；要换手机，请先关闭再开。",
    "second_factor.wrong": "动态码不对或已用过，请等下一个数字再试。",
    "server.failed": "系统出了问题，已记录下来。您的内容没有丢失，请稍后再试。",
    "server.unavailable": "系统正忙，请稍后再试。您的记录都在本机。",
    "setting.not_found": "没有找到这一项设置。",
    "setting.taken": "这个名称或编码已经有了，请换一个。",
    "sign_in.nonce": "请用新的随机数再试一次。",
    "sign_in.refused": "未能登录：请核对后再试，或联系工作站。",
    "sign_in.required": "请登录。已存的记录都在本机，登录后会继续发送。",
    "sign_in.second_factor": "请再输入手机上的动态码，或一个备用码。",
    "sign_in.too_many": "尝试次数太多，请稍后再试。",
    "station.not_doubted": "各次登记已经不再指向这个问题，位置没有改动。请刷新页面看看。",
    "station.not_found": "没有找到这个站点。",
    "suggestion.not_found": "没有找到这条意见。",
    "sync.malformed": "这批记录的格式读不懂，请更新应用后再试；记录仍在本机。",
    "sync.protocol_unsupported": "应用版本与系统不一致，请更新应用；记录仍在本机。",
    "sync.too_large": "这批记录太大，请分开发送。",
    "sync.unsupported_type": "请以 JSON 发送，可用 gzip 压缩。",
    "upload.stale": "您查看以后，系统里的内容有了变化。请再看一遍，再确认。",
}

# What a result of one entry may carry as `code`: reasons for holding or rejecting it.
ENTRY_MESSAGES: dict[str, str] = {
    "device.revoked": "已收到。这台设备已停用，工作人员会确认。",
    "entry.carried": "已收到。这是他人手机上的记录，工作人员会确认。",
    "entry.conflict": "两份内容不同，都已保存，工作人员会确认。",
    "entry.invalid": "已收到，有内容需要核对，工作人员会确认。",
    "entry.newer_version": "已收到。记录来自更新的版本，工作人员会确认。",
    "entry.not_allowed": "已收到。代录需要权限，工作人员会确认。",
    "entry.seal_invalid": "这份留底不能使用，请联系工作站。",
    "entry.station_unknown": "已收到。系统里还没有这个站点，工作人员会确认。",
    "entry.target_missing": "已收到。所指的那条记录还没有到，到了会自动生效。",
    "entry.unusable": "这条记录无法识别，仍在本机，请联系工作站。",
    "person.disabled": "已收到。您的账号已停用，工作人员会确认。",
    "target.not_yours": "已收到。更改他人的记录需要确认，工作人员会处理。",
}


class Refusal(Exception):
    """Says no with a stable code; `fields` names the fields at fault, if any."""

    def __init__(self, code: str, *, detail: str = "", fields: Mapping[str, object] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = detail or MESSAGES[code]
        self.fields = dict(fields or {})
