"""Settings from the environment and `.env`: the only file that reads them."""

import os
import re
from datetime import time
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from tzlocal import get_localzone_name

from bot.setting_forms import DatabaseAddress, Shards, SlotName, WebAddress
from bot.setting_problems import PREFIX, nearest, problem_sentence
from pipeline.domain.errors import SettingsError

_SHORTEST_KEPT: Final = 14
_FOR_TESTS: Final = (
    "PODSIFT_CORPUS",
    "PODSIFT_RECORD",
    "PODSIFT_TEST_POSTGRES",
    "PODSIFT_TEST_REQUIRE_SERVERS",
    "PODSIFT_WRITE_SNAPSHOTS",
)
_SLACK_LACKS: Final = "Slack needs {}, and only one is set"

Role = Literal["all", "bot", "web", "poster", "worker", "gpu"]
_PORTS: Final[dict[str, int]] = {"all": 8080, "bot": 8080, "web": 8081, "worker": 8082, "gpu": 8083, "poster": 8084}


class Settings(BaseSettings):
    """Every setting with its default; each is documented in `.env.example`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="forbid", frozen=True
    )

    data: Path = Path("data")
    """The folder that holds everything: catalogue, engine, index, key."""
    database_url: DatabaseAddress | None = None
    """PostgreSQL for catalogue and engine; SQLite files in the data folder when empty."""
    chroma_url: WebAddress = ""
    """A Chroma server for the index, shared by all processes; a folder in the data folder when empty."""
    chroma_token: SecretStr | None = None
    """Goes along to the Chroma server as a bearer token."""
    secret_key: SecretStr | None = None
    """Seals the credentials of private feeds; a key file in the data folder when empty."""
    role: Role = "all"
    worker: SlotName = "local"
    """The name of this process' slot: the same after a restart, different for each process."""
    zone: str = Field(default_factory=lambda: get_localzone_name() or "UTC")
    """IANA time zone of the local channel."""
    digest_at: time = time(9, 0)
    """Wall time of the local channel's daily post."""
    backfill: int = Field(default=50, ge=0, le=10_000)
    """How many episodes are read when a feed is added; older ones are known but held."""
    allow_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    """Private networks that feeds may be fetched from, as CIDR, separated by commas."""
    podcast_index_key: SecretStr | None = None
    podcast_index_secret: SecretStr | None = None
    """What podcastindex.org gave you: shows are looked up there first; without, in Apple's directory alone."""
    whisper_model: str = "small"
    """The faster-whisper model (name or folder) for episodes without a transcript; `off` for none."""
    openai_model: str = ""
    """The language model that writes insights and answers; empty for none: passages in the speakers' own words."""
    openai_judge_model: str = ""
    """The model that chooses among the proposed insights; empty for the same one."""
    openai_base_url: WebAddress = "https://api.openai.com/v1"
    """Any endpoint that speaks OpenAI's chat completions."""
    openai_api_key: SecretStr | None = None
    """The key of that endpoint."""
    openai_window_tokens: int = Field(default=8_000, ge=500, le=200_000)
    """How much of a transcript one request holds."""
    openai_price_in: float = Field(default=0.0, ge=0)
    openai_price_out: float = Field(default=0.0, ge=0)
    openai_judge_price_in: float = Field(default=0.0, ge=0)
    openai_judge_price_out: float = Field(default=0.0, ge=0)
    """Dollars for a million tokens, for the account of what was spent and for the caps."""
    openai_daily_cap: float | None = Field(default=None, gt=0)
    openai_monthly_cap: float | None = Field(default=None, gt=0)
    """The most dollars to spend in a day and in a month (UTC)."""
    openai_transcription_model: str = ""
    """A hosted model that writes down what is said (`whisper-1`); empty: faster-whisper on this machine."""
    openai_transcription_base_url: WebAddress = ""
    """Any endpoint that speaks OpenAI's audio transcriptions; empty: `openai_base_url`."""
    openai_transcription_api_key: SecretStr | None = None
    """Its key; empty: `openai_api_key`, which never goes to an address of its own."""
    openai_transcription_price: float = Field(default=0.0, ge=0)
    """Dollars for a minute of sound."""
    openai_embedding_model: str = ""
    """A hosted model that the index finds meanings with; empty: the table that is shipped."""
    openai_embedding_dimensions: int | None = Field(default=None, ge=8, le=8_192)
    """How long its vectors are to be, where the model leaves the choice; empty: the model's own."""
    openai_embedding_base_url: WebAddress = ""
    openai_embedding_api_key: SecretStr | None = None
    openai_embedding_price: float = Field(default=0.0, ge=0)
    """Where it is and what opens it, as for transcription; dollars for a million tokens."""
    keep_days: int = Field(default=0, ge=0, le=36_500)
    """So many days the words of an episode are kept, if nobody posted or saved anything of it; 0: for ever."""
    disk_reserve_gb: float = Field(default=2.0, ge=0)
    """Below so much free space on the data folder's disk nothing more is read."""
    slack_bot_token: SecretStr | None = None
    """The token of the Slack app's bot (xoxb-…)."""
    slack_app_token: SecretStr | None = None
    """The app-level token for Socket Mode (xapp-…)."""
    slack_signing_secret: SecretStr | None = None
    """The Slack app's signing secret: Slack is heard over HTTP then, at /slack/events."""
    slack_client_id: str = ""
    """The Slack app's client id: any workspace can install it then, at /slack/install."""
    slack_client_secret: SecretStr | None = None
    """The Slack app's client secret."""
    slack_api: WebAddress = "https://slack.com/api/"
    """Where Slack's Web API is: elsewhere for GovSlack, or to try the app against a Slack of one's own."""
    slack_curators: Annotated[tuple[str, ...], NoDecode] = ()
    """Slack user ids, separated by commas, who may add and remove shows beside the workspace's admins."""
    discord_token: SecretStr | None = None
    """The token of the Discord application's bot."""
    discord_message_content: bool = False
    """Whether the portal's switch for message content is on."""
    discord_guild: int | None = None
    """A server that gets new commands at once, while developing."""
    discord_shards: Shards = ""
    """The gateway's connections of this process: `auto`, how many, or which of how many (0,1/4); one when empty."""
    discord_curator_role: str = "Podcast curator"
    """Who has this role may add and remove shows beside those who manage the server."""
    web: bool = True
    """Whether the local channel's page is served (roles all, bot and web), and /healthz and /metrics (every role)."""
    web_host: str = "127.0.0.1"
    """The address it is served at. Nobody signs in there: whoever reaches it is the owner."""
    web_port: int | None = Field(default=None, ge=0, le=65_535)
    """The port of the page, /healthz and /metrics; None: what `port` says."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @field_validator("allow_networks", "slack_curators", mode="before")
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        if value not in available_timezones():
            near = nearest(value, available_timezones())
            message = f"“{value}” is no IANA time zone{near}"
            raise ValueError(message)
        return ZoneInfo(value).key

    @model_validator(mode="after")
    def _caps_need_prices(self) -> Self:
        is_priced = (self.openai_price_in and self.openai_price_out) or (
            not self.openai_model and (self.openai_transcription_price or self.openai_embedding_price)
        )
        if (self.openai_daily_cap or self.openai_monthly_cap) and not is_priced:
            message = "a cap without prices never holds: set PODSIFT_OPENAI_PRICE_IN and PODSIFT_OPENAI_PRICE_OUT too"
            raise ValueError(message)
        return self

    @field_validator("keep_days")
    @classmethod
    def _outlives_a_post(cls, value: int) -> int:
        if 0 < value < _SHORTEST_KEPT:
            message = (
                f"keep {_SHORTEST_KEPT} days at least, as a post may still draw on the last two weeks, or 0 for ever"
            )
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _podcast_index_needs_both(self) -> Self:
        if (self.podcast_index_key is None) != (self.podcast_index_secret is None):
            message = (
                "Podcast Index needs PODSIFT_PODCAST_INDEX_KEY and PODSIFT_PODCAST_INDEX_SECRET, and only one is set"
            )
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _roles_need_postgresql(self) -> Self:
        if self.role != "all" and not self.index_database_url:
            message = (
                f"the role “{self.role}” is for several processes, and those share a PostgreSQL and a Chroma server: "
                "set PODSIFT_DATABASE_URL and PODSIFT_CHROMA_URL, or leave PODSIFT_ROLE at all"
            )
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _slack_is_complete(self) -> Self:
        signed, token = self.slack_signing_secret is not None, self.slack_bot_token is not None
        if bool(self.slack_client_id) != (self.slack_client_secret is not None):
            raise ValueError(_SLACK_LACKS.format("PODSIFT_SLACK_CLIENT_ID and PODSIFT_SLACK_CLIENT_SECRET"))
        if signed and token == bool(self.slack_client_id):
            message = (
                "PODSIFT_SLACK_SIGNING_SECRET goes with PODSIFT_SLACK_BOT_TOKEN for one workspace, or with "
                "PODSIFT_SLACK_CLIENT_ID and PODSIFT_SLACK_CLIENT_SECRET for many"
            )
            raise ValueError(message)
        if self.slack_client_id and not signed:
            raise ValueError(_SLACK_LACKS.format("PODSIFT_SLACK_CLIENT_ID and PODSIFT_SLACK_SIGNING_SECRET"))
        if not signed and token != (self.slack_app_token is not None):
            raise ValueError(_SLACK_LACKS.format("PODSIFT_SLACK_BOT_TOKEN and PODSIFT_SLACK_APP_TOKEN"))
        if signed and self.slack_app_token is not None:
            message = (
                "PODSIFT_SLACK_APP_TOKEN is for Socket Mode, PODSIFT_SLACK_SIGNING_SECRET for HTTP: set one of them"
            )
            raise ValueError(message)
        return self

    @property
    def catalog_url(self) -> str:
        """The catalogue's database, as SQLAlchemy writes it."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{(self.data / 'catalog.db').resolve()}"

    @property
    def engine_url(self) -> str:
        """The engine's database: its own file when embedded, the same PostgreSQL when not."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{(self.data / 'engine.db').resolve()}"

    @property
    def is_embedded(self) -> bool:
        """Whether everything lives in the data folder and one process."""
        return self.database_url is None

    @property
    def serves_page(self) -> bool:
        """Whether a process of this role shows the local channel's page."""
        return self.web and self.role in {"all", "bot", "web"}

    @property
    def port(self) -> int:
        """Where this process is asked over HTTP: every role has its own port, ten on for each number of its name."""
        if self.web_port is not None:
            return self.web_port
        number = re.search(r"-(\d{1,2})$", self.worker) if self.role != "all" else None
        return _PORTS[self.role] + 10 * int(number[1] if number else 0)

    @property
    def folder_slot(self) -> str:
        """The part of the data folder that this process needs for itself; empty for all of it."""
        return self.worker if self.index_database_url else ""

    @property
    def index_database_url(self) -> str:
        """The PostgreSQL with the words of a shared index; empty while the vectors lie in one process' folder."""
        shared = self.chroma_url and self.database_url is not None and not self.catalog_url.startswith("sqlite")
        return self.catalog_url if shared else ""

    @property
    def disk_reserve(self) -> int:
        """Bytes that stay free on the data folder's disk."""
        return round(self.disk_reserve_gb * 1e9)

    @property
    def index_folder(self) -> Path:
        """Where the embedded index lives; it can be deleted and is rebuilt."""
        return self.data / "index"


def load_settings(**overrides: object) -> Settings:
    """The settings of this process; `overrides` win over the environment.

    Raises SettingsError that names each unknown or wrong setting and what would be right.
    """
    unknown = [name for name in os.environ if name.startswith(PREFIX) and not _is_known(name)]
    problems = [f"{name} is not a setting{nearest(name, _names()) or '.'}" for name in sorted(unknown)]
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]  # pydantic judges them
    except ValidationError as error:
        problems += [problem_sentence(one["loc"], one["msg"], one["type"], names=_names()) for one in error.errors()]
    if problems:
        raise SettingsError(" ".join(problems))
    return settings


def _names() -> tuple[str, ...]:
    return tuple(f"{PREFIX}{name.upper()}" for name in Settings.model_fields)


def _is_known(name: str) -> bool:
    return name.upper() in (*_names(), *_FOR_TESTS)
