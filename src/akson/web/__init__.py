"""The rooms: server-rendered screens in bokmål. No patient data is reached but through a RecordSession."""

from akson.web.build import build
from akson.web.shell.house import CastMember, DemoLogin, NodeName

__all__ = ["CastMember", "DemoLogin", "NodeName", "build"]
