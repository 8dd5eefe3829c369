"""The version, in one place: read by the build backend and written into every output."""

VERSION = "0.11.0"
