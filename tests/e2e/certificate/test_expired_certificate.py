"""The certificate expired: who has the app goes on, is told that nothing goes out, and loses nothing."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, Playwright, expect

from setup import unpacked
from tests.certificates import DAY, Authority, make_certificate
from tests.deploy.conftest import Nginx
from tests.e2e.conftest import FLAGS, PHONE, PLACE, Demo
from tests.e2e.phone_acts import enrol, everything_is_received, kept, picture, tap


class Site:
    """The demo network behind nginx with TLS, under an authority of its own."""

    def __init__(self, demo: Demo, nginx: Nginx, *, now: datetime) -> None:
        self.demo, self.nginx, self.now = demo, nginx, now
        self.authority = Authority(now=now)
        self.url = f"https://localhost:{nginx.https}"

    def renew(self, *, ends_at: datetime) -> None:
        """nginx starts anew with a certificate until then; whoever was connected has to come again."""
        self.nginx.stop()
        make_certificate(self.nginx.folder, ends_at=ends_at, authority=self.authority)
        self.nginx.start()


@pytest.fixture
def site(demo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    data_dir = tmp_path / "data"
    subprocess.run(["cp", "-r", str(demo_folder), str(data_dir)], check=True)
    demo = Demo(database_url="", data_dir=data_dir, workers=1)
    (tmp_path / "nginx").mkdir()
    made = Site(demo, Nginx(tmp_path / "nginx", upstream=demo.port), now=datetime.now(UTC))
    monkeypatch.setenv("PUBLIC_URL", made.url)
    monkeypatch.setenv("TRUSTED_PROXIES", "1")
    demo.start()
    yield made
    made.nginx.stop()
    demo.stop()


def trust(authority: Authority, *, home: Path) -> None:
    """Chromium with this home believes what the authority signed."""
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True)
    (home / "authority.pem").write_bytes(authority.pem())
    certutil = unpacked.find("certutil")
    assert certutil is not None
    for words in (
        ["-N", "--empty-password"],
        ["-A", "-n", "authority", "-t", "C,,", "-i", str(home / "authority.pem")],
    ):
        subprocess.run([certutil, "-d", f"sql:{store}", *words], check=True, env=unpacked.environment())


@pytest.fixture
def page(site: Site, playwright: Playwright, chromium: str, tmp_path: Path) -> Iterator[Page]:
    """A phone that trusts the authority."""
    trust(site.authority, home=tmp_path / "home")
    context = playwright.chromium.launch_persistent_context(
        str(tmp_path / "phone"),
        executable_path=chromium,
        headless=True,
        args=FLAGS,
        env={"HOME": str(tmp_path / "home")},
        viewport=PHONE,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        geolocation=PLACE,
        permissions=["geolocation", "background-sync"],
        timeout=90_000,
    )
    context.set_default_timeout(30_000)
    yield context.pages[0]
    context.close()


def test_a_member_goes_on_while_the_certificate_is_expired_and_nothing_is_lost(
    site: Site, page: Page
) -> None:
    site.renew(ends_at=site.now + 30 * DAY)
    enrol(page, url=site.url, code=site.demo.secrets["member_codes"][0])
    before = len(kept(site.demo))

    site.renew(ends_at=site.now - timedelta(hours=1))
    with pytest.raises(Error, match="ERR_CERT_DATE_INVALID"):
        page.context.new_page().goto(f"{site.url}/readyz")
    tap(page, "到站登记")
    page.reload()
    tap(page, "开始值班")
    page.goto(f"{site.url}/#/records")
    page.reload()  # and the ten seconds to take it back are over
    expect(page.get_by_role("link", name="待发 2")).to_be_visible()
    expect(page.get_by_text("连不上服务器，稍后自动再试")).to_be_visible()
    picture(page, "certificate-expired")
    assert len(kept(site.demo)) == before

    site.renew(ends_at=site.now + 90 * DAY)
    page.reload()
    everything_is_received(page)
    assert len(kept(site.demo, after=before)) == 2
