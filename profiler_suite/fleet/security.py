"""The certificates of a connection to a scheduler."""

from pathlib import Path
from typing import Any

from profiler_suite.errors import UsageError
from profiler_suite.model.noun import Noun

_OPTIONS = "--tls-ca FILE, --tls-cert FILE and --tls-key FILE"


class Certificates(Noun, frozen=True):
    """Files in PEM format, as Dask's own --tls-ca-file, --tls-cert and --tls-key take them."""

    ca: Path | None = None
    """Of the authority that has signed the scheduler's certificate."""
    cert: Path | None = None
    """This client's certificate."""
    key: Path | None = None
    """Its private key; None where the certificate's file has it."""

    @property
    def given(self) -> dict[str, Path]:
        """Option → file, of what was given."""
        found = {"--tls-ca": self.ca, "--tls-cert": self.cert, "--tls-key": self.key}
        return {option: path for option, path in found.items() if path is not None}


def security_of(address: str, certificates: Certificates) -> Any:
    """Dask's security settings for that address; None where it is not encrypted.

    What is not given is what Dask's own configuration says (distributed.comm.tls).
    """
    from distributed.security import Security

    settings: Any = Security  # its methods have no types
    given = certificates.given
    if not address.startswith("tls://"):
        if given:
            raise UsageError(
                f"{next(iter(given))} goes with an address that begins with tls://, and "
                f"{address} does not; give tls:// or leave the certificates out"
            )
        return None
    for option, path in given.items():
        _check(option, path)
    try:
        security = settings(
            require_encryption=True,
            **{
                name: str(path)
                for name, path in (
                    ("tls_ca_file", certificates.ca),
                    ("tls_client_cert", certificates.cert),
                    ("tls_client_key", certificates.key),
                )
                if path is not None
            },
        )
        context = security.get_connection_args("client")["ssl_context"]
    except (OSError, ValueError) as error:  # SSLError is an OSError
        named = ", ".join(f"{option} {path}" for option, path in given.items())
        raise UsageError(
            f"the certificates cannot be used ({error}); check that {named or 'they'} belong "
            "together"
        ) from error
    if context is None:
        raise UsageError(
            f"{address} is encrypted and needs certificates; give {_OPTIONS}, or set Dask's "
            "distributed.comm.tls"
        )
    return security


def _check(option: str, path: Path) -> None:
    try:
        text = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{option} {path} cannot be read: {error.strerror or error}; give a file in PEM "
            "format"
        ) from error
    # OpenSSL would ask for the passphrase on the terminal, and wait.
    if b"ENCRYPTED" in text:
        raise UsageError(
            f"{option} {path} has a passphrase, which cannot be asked for here; give a key "
            "without one"
        )
