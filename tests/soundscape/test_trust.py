"""The page by which devices come to trust an installation; its steps for Linux are carried out as they stand there."""

import os
import re
import shutil
import subprocess
import threading
from datetime import UTC, datetime
from html import unescape

import pytest
from axe_playwright_python.sync_playwright import Axe
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from playwright.sync_api import Error, expect
from werkzeug.serving import make_server

from soundscape.parts import now_ms
from soundscape.tls import ensure_certificate
from tests import needs
from tests.soundscape.house import House


@pytest.fixture
def house(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "soundscape.toml").write_text('host = "127.0.0.1"')
    house = House(tmp_path / "data", clock=now_ms)
    house.certificate = ensure_certificate(house.data, [], datetime.now(UTC))
    return house


@pytest.fixture
def secure(house):
    """The address of the house over HTTPS, with the certificate of its own authority."""
    files = str(house.certificate.cert_path), str(house.certificate.key_path)
    server = make_server("127.0.0.1", 0, house.app, threaded=True, ssl_context=files)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def page_of(house):
    answer = house.nobody().client.get("/trust")
    assert answer.status_code == 200
    return unescape(answer.text)


def test_anybody_gets_the_certificate_and_never_the_key(house):
    client = house.nobody().client
    der = client.get("/trust/soundscape-authority.cer")
    pem = client.get("/trust/soundscape-authority.pem")
    assert der.mimetype == "application/x-x509-ca-cert"
    found = x509.load_der_x509_certificate(der.data)
    assert found == x509.load_pem_x509_certificate(pem.data)
    assert found.fingerprint(hashes.SHA256()).hex(":").upper() == house.certificate.fingerprint
    assert b"PRIVATE" not in pem.data
    page = page_of(house)
    assert house.certificate.fingerprint in page
    assert found.fingerprint(hashes.SHA1()).hex(":").upper() in page


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("plain_http = true", "a proxy before it has"),
        ('certificate = "own.pem"\ncertificate_key = "own.key"', "the clinic's own certificate"),
    ],
)
def test_without_an_authority_of_its_own_there_is_nothing_to_install(tmp_path, settings, words):
    (tmp_path / "soundscape.toml").write_text(settings)
    house = House(tmp_path)
    assert words in page_of(house)
    assert house.nobody().client.get("/trust/soundscape-authority.cer").status_code == 404


def test_what_was_not_run_is_said(house):
    marks = dict(re.findall(r'<details id="(\w+)".*?>(run here|not verified here)<', page_of(house), re.DOTALL))
    assert {kind for kind, mark in marks.items() if mark == "run here"} == {"linux"}
    assert {"ipad", "android", "windows", "macos", "pi", "firefox"} <= set(marks)


def test_the_steps_for_linux_make_chromium_trust_it_without_any_flag(house, secure, playwright, tmp_path):
    for name in ("certutil", "curl", "openssl"):
        needs.program(name)
    home = tmp_path / "home"
    home.mkdir()
    environment = {**os.environ, "HOME": str(home)}

    def opened():
        browser = playwright.chromium.launch(
            executable_path=needs.chromium(), args=needs.CHROMIUM_FLAGS, env=environment
        )
        page = browser.new_page()
        return browser, page

    browser, page = opened()
    with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
        page.goto(f"{secure}/trust")
    browser.close()

    text = subprocess.run(["curl", "-sk", f"{secure}/trust"], capture_output=True, text=True, check=True).stdout
    steps = unescape(re.search(r'data-steps="linux">(.*?)</code>', text, re.DOTALL).group(1))
    script = f"set -eu\ncd {home}\n{steps}\n"
    ran = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert house.certificate.fingerprint in ran.stdout

    browser, page = opened()
    assert page.goto(f"{secure}/trust").status == 200
    assert page.evaluate("window.isSecureContext")
    page.get_by_text("Linux with Chromium or Chrome").click()
    expect(page.get_by_text("mkdir -p")).to_be_visible()
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Axe().run(page).response["violations"] == []
    folder = os.environ.get("SOUNDSCAPE_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/trust.png", full_page=True)
    browser.close()
    shutil.rmtree(home)
