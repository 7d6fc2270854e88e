"""The suggestion box on the wire."""

from marshmallow import fields

from api.schemas.base import IdText, Moment, Strict, Text


class SuggestionIn(Strict):
    id = IdText(required=True, metadata={"description": "made by the page: the same again changes nothing"})
    text = Text(least=1, most=2000, required=True)
    app_version = Text(most=40, allow_none=True, load_default=None)


class SuggestionOut(Strict):
    id = fields.String()
    text = fields.String()
    written_at = Moment()
    answer = fields.String(allow_none=True)
    answered_at = Moment(allow_none=True)


class OwnSuggestionsOut(Strict):
    suggestions = fields.List(fields.Nested(SuggestionOut))


class BoxQuery(Strict):
    answered = fields.Boolean(load_default=False)
    after = Text(most=36, load_default="")


class BoxRow(SuggestionOut):
    member_name = fields.String()
    app_version = fields.String(allow_none=True)


class BoxOut(Strict):
    suggestions = fields.List(fields.Nested(BoxRow))
    next = fields.String(allow_none=True)


class AnswerIn(Strict):
    answer = Text(least=1, most=2000, required=True)
