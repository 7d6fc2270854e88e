"""Divisions, topics and stations on the wire."""

from marshmallow import ValidationError, fields, validate

from api.schemas.base import IdText, Strict, Text
from workstation.geography.datum import Datum


class DivisionOut(Strict):
    id = fields.String()
    code = fields.String()
    name = fields.String()
    level = fields.String()
    parent_id = fields.String(allow_none=True)
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True)


class DivisionsOut(Strict):
    divisions = fields.List(fields.Nested(DivisionOut))


class TopicOut(Strict):
    code = fields.String()
    name = fields.String()
    position = fields.Integer(metadata={"description": "order in the network's list"})


class TopicsOut(Strict):
    topics = fields.List(fields.Nested(TopicOut))


class StationOut(Strict):
    """A station as everybody in its network sees it. Position in WGS-84 degrees."""

    id = fields.String()
    code = fields.String()
    name = fields.String()
    kind = fields.String()
    level = fields.String()
    division_id = fields.String()
    division_path = fields.List(fields.String())
    area_id = fields.String(allow_none=True)
    sector = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    lat = fields.Float()
    lon = fields.Float()
    fence_radius_m = fields.Integer()
    serves_street = fields.Boolean()
    status = fields.String()
    opening_hours = fields.String(allow_none=True)
    distance_m = fields.Integer(metadata={"description": "only with `near`: metres, geodesic"})


class StationsOut(Strict):
    stations = fields.List(fields.Nested(StationOut))
    as_of = fields.String()


class Place(fields.Field[tuple[float, float]]):
    """`lat,lon` in degrees."""

    def _deserialize(
        self, value: object, attr: str | None, data: object, **kwargs: object
    ) -> tuple[float, float]:
        try:
            lat, lon = (float(part) for part in str(value).split(","))
        except ValueError:
            raise ValidationError("请写成“纬度,经度”，例如 22.5431,114.0579。") from None
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise ValidationError("纬度应在 -90 至 90，经度应在 -180 至 180。")
        return lat, lon


class StationsQuery(Strict):
    division = IdText()
    sector = Text(most=40)
    kind = Text(most=20)
    q = Text(most=100)
    near = Place()
    limit = fields.Integer(
        validate=validate.Range(1, 200),
        metadata={"description": "how many of the nearest (20 by default), or of those that `q` finds"},
    )
    datum = fields.String(load_default="wgs84", validate=validate.OneOf([datum.value for datum in Datum]))
