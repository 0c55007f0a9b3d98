"""The API does what its own description says, for more requests than anybody would write: schemathesis, all checks.

Each operation is called as somebody who has the right: no 5xx, no answer that is not described, no bad request taken
for a good one. Streams are left out: they never end. Who asks is proved by us and left out of
what is made up; test_rights.py asks for every operation as everybody.
"""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import positive_data_acceptance

from playlists.exchange.entry import Entry, Listing
from tests.soundscape.elsewhere import stored
from tests.soundscape.house import House

CASES_EACH = 8
LEAST_CASES = 500
ELSEWHERE = Listing(title="Elsewhere", entries=(Entry(title="A", artist="B"),))


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> House:
    return House(tmp_path_factory.mktemp("api"))


@pytest.fixture(scope="module")
def send(house):
    """Send a case as an administrator's page, or a tablet, with ids that exist in every other case."""
    admin = house.staff("admin")
    page = {"X-CSRFToken": admin.token()}
    cookie = {"soundscape_session": admin.client.get_cookie("soundscape_session").value}
    room_id, playlist_id = house.room(), house.playlist()
    mixdown_id = house.mixdown(playlist_id)
    tablet = house.tablet(room_id)
    known = {"room_id": room_id, "playlist_id": playlist_id, "mixdown_id": mixdown_id}
    session = {"room_id": room_id, "playlist_id": playlist_id}

    def sent(case, number):
        room = case.operation.definition.raw.get("x-room", False)
        if number % 2:
            known["import_id"] = stored(house, ELSEWHERE)
            answer = admin.call("POST", "/sessions", session)
            if answer.status_code == 201:
                known["session_id"] = answer.json["session"]["session_id"]
            case.path_parameters = {name: known.get(name, value) for name, value in case.path_parameters.items()}
        answer = case.call(headers=tablet.headers if room else page, cookies={} if room else cookie)
        case.validate_response(answer, excluded_checks=excused(answer))
        return answer

    return sent


def excused(answer):
    """A good request may ask for what cannot be: there is no such list, the file is no audio."""
    refused = answer.status_code == 422 and answer.json()["code"] != "unprocessable_entity"
    return [positive_data_acceptance] if refused else []


def operations(app):
    described = app.test_client().get("/api/v1/openapi.json").json
    for path in described["paths"].values():
        for operation in path.values():
            if "security" in operation:
                operation["x-room"] = "room" in operation.pop("security")[0]
    api = schemathesis.openapi.from_dict(described)
    api.app = app
    for found in api.exclude(path_regex="/events$").get_all_operations():
        yield found.ok()


def failure_of(operation, send, statuses) -> str | None:
    """Call one operation with good and bad requests; what does not fit its description."""

    @given(case=st.one_of(operation.as_strategy(), operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)))
    @settings(
        max_examples=CASES_EACH,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def check(case):
        statuses.append(send(case, len(statuses)).status_code)

    try:
        check()
    except (FailureGroup, Failure) as error:
        return "\n".join(str(part) for part in getattr(error, "exceptions", [error]))
    return None


# schemathesis closes no answer of a test client, and so no file that one was reading.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_every_operation_does_what_it_says(house, send):
    cases, wrong = 0, {}
    for operation in operations(house.app):
        statuses = []
        failure = failure_of(operation, send, statuses)
        if failure or set(statuses) <= {401}:
            wrong[operation.label] = failure or "nobody was let in"
        cases += len(statuses)
    assert wrong == {}, "\n\n".join(f"{label}: {words}" for label, words in wrong.items())
    assert cases >= LEAST_CASES
