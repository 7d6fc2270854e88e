"""Stands in for certbot: a certificate of its own for the name after -d, trusted on this machine."""

import subprocess
import sys
from pathlib import Path

name = sys.argv[sys.argv.index("-d") + 1]
folder = Path("/etc/letsencrypt/live") / name
folder.mkdir(parents=True)
subprocess.run(
    [
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-days", "90", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"),
        *("-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")),
    ],
    check=True,
    stderr=subprocess.DEVNULL,
)
trusted = Path("/usr/local/share/ca-certificates") / f"{name}.crt"
trusted.parent.mkdir(parents=True, exist_ok=True)
trusted.write_text((folder / "fullchain.pem").read_text())
subprocess.run(["update-ca-certificates"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
