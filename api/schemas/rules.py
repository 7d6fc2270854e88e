"""The rules of coverage on the wire: what is in force, and what was proposed."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from api.schemas.base import Measure, Moment, Strict, Text, WholeNumber
from workstation.coverage.limits import ITEM_LETTERS_MOST, ITEMS_MOST, LIMITS, Limit
from workstation.imports.stations import COLUMNS

# A station file has these as heads of columns; an item of the same name could not be told from them.
TAKEN = {name for column in COLUMNS for name in (column.field, column.head)}
ODD_LETTERS = "、，,;；\t\n\r"


def check_items(items: list[str]) -> None:
    """Each item can be listed in a sentence and be the head of a column, and none comes twice."""
    if any(item != item.strip() or set(item) & set(ODD_LETTERS) for item in items):
        raise ValidationError("名称里不能有顿号、逗号、分号、换行或首尾空格。")
    if taken := TAKEN & set(items):
        raise ValidationError(f"“{'”“'.join(sorted(taken))}”是站点表格里的一列，请换一个名称。")
    if len(set(items)) < len(items):
        raise ValidationError("同一项写了两次。")


def _field(limit: Limit) -> fields.Field[Any]:
    kind = WholeNumber if limit.whole else Measure
    return kind(required=True, validate=validate.Range(limit.least, limit.most))


# Every threshold must be said; shares are 0 to 1.
ThresholdsIn = Strict.from_dict({name: _field(limit) for name, limit in LIMITS.items()}, name="ThresholdsIn")


class RulesIn(Strict):
    version = WholeNumber(required=True, metadata={"description": "the one that the proposer saw"})
    standard = fields.List(
        Text(least=1, most=ITEM_LETTERS_MOST),
        required=True,
        validate=[validate.Length(1, ITEMS_MOST, error=f"应有 1 至 {ITEMS_MOST} 项。"), check_items],
    )
    thresholds = fields.Nested(ThresholdsIn, required=True)
    reason = Text(least=1, most=500, required=True)


class RulesDecisionIn(Strict):
    decision = fields.String(required=True, validate=validate.OneOf(("agree", "decline", "withdraw")))
    reason = Text(most=500, load_default="", metadata={"description": "required for declining"})


class LimitOut(Strict):
    name = fields.String()
    least = fields.Float()
    most = fields.Float()
    whole = fields.Boolean()


class RuleChangeOut(Strict):
    name = fields.String(metadata={"description": "`standard`, or a threshold"})
    before = fields.Raw()
    after = fields.Raw()


class ProposalOut(Strict):
    id = fields.String()
    version = fields.Integer(allow_none=True, metadata={"description": "its number once it was agreed to"})
    base_version = fields.Integer(allow_none=True)
    state = fields.String(validate=validate.OneOf(("proposed", "agreed", "declined", "withdrawn")))
    rules = fields.Dict(metadata={"description": "`standard` and each threshold by name"})
    changes = fields.List(fields.Nested(RuleChangeOut))
    counts_again = fields.Boolean(metadata={"description": "all daily figures are counted again"})
    reason = fields.String()
    proposed_at = Moment()
    proposed_by = fields.String(allow_none=True)
    proposed_by_id = fields.String(allow_none=True)
    decided_at = Moment(allow_none=True)
    decided_by = fields.String(allow_none=True, metadata={"description": "null: at the command line"})
    decision_reason = fields.String(allow_none=True)
    applies_from = Moment(allow_none=True)


class RulesOut(Strict):
    version = fields.Integer(metadata={"description": "the one in force"})
    rules = fields.Dict(metadata={"description": "`standard` and each threshold by name"})
    limits = fields.List(fields.Nested(LimitOut))
    deciders = fields.Integer(metadata={"description": "people of the city office who can propose and agree"})
    proposals = fields.List(fields.Nested(ProposalOut), metadata={"description": "the latest 50"})
