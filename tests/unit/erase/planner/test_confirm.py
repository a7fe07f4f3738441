"""The confirmation by two people: everything it checks, and that nothing else makes a confirmed plan."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest

from certify.foundation.clock import rfc3339
from certify.foundation.logs import ERROR, log, start_logging
from certify.foundation.messages import Language
from erase.drive.facts import Fact, Holder, HolderKind, Identity, MediaType, Source
from erase.errors import Refused
from erase.planner.confirm import LIFETIME, Confirmation, ConfirmedPlan, Person, check_same_drive, confirm, confirm_started, expiry
from erase.planner.plan import make_plan

HANAKO = Person("hanako", "山田花子", "例市役所", "主事")
TARO = Person("taro", "鈴木太郎", "例市役所", "主任")


@pytest.fixture
def plan(a_drive, machine, a_request, schemes):
    return make_plan(a_drive(), machine, a_request(), schemes)


@pytest.fixture
def confirmation_of(clock):
    def make(plan, **changes):
        made = Confirmation(
            job="J-00000000000000000000000000",
            plan_sha256=plan.sha256,
            serial="S123456789",
            label=None,
            asset="A-2026-001",
            place="第2会議室",
            operator=HANAKO,
            witness=TARO,
            at=rfc3339(clock.now()),
            source=clock.source,
            expires=expiry(clock.now()),
        )
        return replace(made, **changes)

    return make


@pytest.fixture
def refusal_of(plan, a_drive, confirmation_of, clock):
    def refuse(drive_now=None, plan=plan, **changes) -> Refused:
        with pytest.raises(Refused) as caught:
            confirm(plan, drive_now or a_drive(), confirmation_of(plan, **changes), clock.now())
        return caught.value

    return refuse


def test_two_people_who_typed_the_right_serial_have_confirmed(plan, a_drive, confirmation_of, clock):
    confirmed = confirm(plan, a_drive(), confirmation_of(plan), clock.now())
    assert confirmed.plan is plan
    assert confirmed.confirmation.operator == HANAKO


def test_the_file_of_a_confirmation_holds_exactly_these_values(plan, confirmation_of):
    assert confirmation_of(plan).to_json() == {
        "schema": "https://haiki.example/confirmation/v1",
        "job": "J-00000000000000000000000000",
        "plan_sha256": plan.sha256,
        "serial": "S123456789",
        "label": None,
        "asset": "A-2026-001",
        "place": "第2会議室",
        "operator": {"id": "hanako", "name": "山田花子", "organisation": "例市役所", "post": "主事"},
        "witness": {"id": "taro", "name": "鈴木太郎", "organisation": "例市役所", "post": "主任"},
        "at": "2026-11-23T01:02:03Z",
        "source": "fixed",
        "expires": "2026-11-23T01:17:03Z",
    }


def test_a_confirmed_plan_can_not_be_made_otherwise(plan, confirmation_of):
    with pytest.raises(TypeError):
        ConfirmedPlan(plan, confirmation_of(plan), object())
    with pytest.raises(TypeError):
        ConfirmedPlan(plan, confirmation_of(plan))
    with pytest.raises(TypeError):
        ConfirmedPlan(plan, confirmation_of(plan), None)


@pytest.mark.parametrize("typed", [" S123456789 ", "Ｓ１２３４５６７８９", "S123456789\n"])
def test_blanks_and_full_width_letters_do_not_matter(plan, a_drive, confirmation_of, clock, typed):
    assert confirm(plan, a_drive(), confirmation_of(plan, serial=typed), clock.now())


WRONG_SERIAL_AS_TEXT = {
    Language.JAPANESE: (
        "入力された製造番号が /dev/sdz のものと一致しません。",
        "入力:「S123456780」、媒体:「S123456789」。別の媒体を消去するおそれがあるため、実行しません。",
        "媒体のラベルと erase list の表示を見比べ、製造番号を入力し直してください。",
    ),
    Language.ENGLISH: (
        "The serial number that was typed is not that of /dev/sdz.",
        "Typed: 'S123456780', drive: 'S123456789'. It could be another drive, so nothing is done.",
        "Compare the drive's label with what 'erase list' shows, and type it again.",
    ),
}


@pytest.mark.parametrize("spoken", Language)
def test_a_wrong_serial_is_refused_and_both_are_shown_in_full(refusal_of, spoken):
    error = refusal_of(serial="S123456780")
    assert error.code == "wrong-serial"
    assert error.sentences(spoken) == WRONG_SERIAL_AS_TEXT[spoken]


def test_serials_of_a_refusal_are_masked_in_a_log(refusal_of, a_drive, clock):
    other = a_drive(identity=Identity(model=Fact("Disk", Source.IDENTIFY), serial=Fact("T987654321", Source.IDENTIFY)))
    for error in (refusal_of(serial="S123456780"), refusal_of(serial="s123456789"), refusal_of(other)):
        lines = io.StringIO()
        start_logging(clock, lines)
        log(ERROR, "refused", exception=error)
        assert "***" in lines.getvalue()
        assert not any(serial in lines.getvalue().upper() for serial in ("S12345678", "T98765432"))


@pytest.mark.parametrize(
    ("spoken", "said"), [(Language.JAPANESE, "大文字・小文字又は空白だけ"), (Language.ENGLISH, "capitals or blanks only")]
)
@pytest.mark.parametrize("typed", ["s123456789", "S 123456789", "S1234\u300056789"])
def test_a_serial_that_differs_in_capitals_or_blanks_only_is_said_to(refusal_of, typed, spoken, said):
    error = refusal_of(serial=typed)
    assert error.code == "serial-spelled-otherwise"
    what, why, _ = error.sentences(spoken)
    assert said in what
    assert "S123456789" in why


@pytest.mark.parametrize("typed", ["", " ", "S12345678", "S1234567890", "LABEL:S123456789", "/dev/sdz"])
def test_anything_but_the_serial_is_a_wrong_serial(refusal_of, typed):
    assert refusal_of(serial=typed).code == "wrong-serial"


SAME_PERSON_AS_TEXT = {
    Language.JAPANESE: (
        "作業者と立会者が同じ人です。",
        "作業者「hanako」と立会者「Ｈａｎａｋｏ」は同じ人とみなされます。一人では、確実に消去されたことの確認になりません。",
        "作業者とは別の人を --witness で指定してください。",
    ),
    Language.ENGLISH: (
        "Operator and witness are one person.",
        "The operator 'hanako' and the witness 'Ｈａｎａｋｏ' count as the same person, and nobody can confirm their own work.",
        "Name somebody else with --witness.",
    ),
}


@pytest.mark.parametrize("spoken", Language)
def test_one_person_can_not_be_operator_and_witness(refusal_of, spoken):
    error = refusal_of(witness=Person("Ｈａｎａｋｏ"))
    assert error.code == "same-person"
    assert error.sentences(spoken) == SAME_PERSON_AS_TEXT[spoken]


@pytest.mark.parametrize(
    "witness",
    [
        Person("hanako"),
        Person(" hanako\t"),
        Person("HANAKO"),
        Person("ha\u200bnako"),
        Person("ha nako"),
        Person("someone-else", "山田 花子", "例市役所"),
    ],
)
def test_the_same_person_is_recognised_however_it_is_written(refusal_of, witness):
    assert refusal_of(witness=witness).code == "same-person"


def test_people_of_one_name_in_two_organisations_are_two(plan, a_drive, confirmation_of, clock):
    namesake = Person("hanako2", "山田花子", "例県庁")
    assert confirm(plan, a_drive(), confirmation_of(plan, witness=namesake), clock.now())


def test_people_whose_names_nobody_knows_are_told_apart_by_their_ids(plan, a_drive, confirmation_of, clock):
    assert confirm(plan, a_drive(), confirmation_of(plan, operator=Person("a"), witness=Person("b")), clock.now())


@pytest.mark.parametrize("role", ["operator", "witness"])
@pytest.mark.parametrize("nobody", ["", " ", "\u200b"])
def test_both_people_must_be_named(refusal_of, role, nobody, language):
    error = refusal_of(**{role: Person(nobody)})
    assert error.code == f"{role}-missing"
    assert f"--{role}" in error.sentences(language)[2]


def test_a_confirmation_dies_after_fifteen_minutes(plan, a_drive, confirmation_of, clock, language):
    confirmation = confirmation_of(plan)
    clock.advance(15 * 60 - 1)
    assert confirm(plan, a_drive(), confirmation, clock.now())
    clock.advance(1)
    with pytest.raises(Refused) as caught:
        confirm(plan, a_drive(), confirmation, clock.now())
    assert caught.value.code == "confirmation-expired"
    assert "2026-11-23 10:17:03 JST" in caught.value.sentences(language)[1]


def test_a_confirmation_can_not_give_itself_a_longer_life(plan, a_drive, confirmation_of, clock):
    confirmation = confirmation_of(plan, expires=rfc3339(clock.now() + timedelta(days=1)))
    clock.advance(LIFETIME.total_seconds())
    with pytest.raises(Refused, match="confirmation-expired"):
        confirm(plan, a_drive(), confirmation, clock.now())


def test_a_confirmation_of_tomorrow_is_refused(refusal_of, clock, language):
    error = refusal_of(at=rfc3339(clock.now() + timedelta(seconds=1)))
    assert error.code == "confirmation-from-the-future"
    assert all(error.sentences(language))


def test_a_started_job_never_expires_and_everything_else_is_checked_again(plan, a_drive, confirmation_of, clock):
    confirmation = confirmation_of(plan)
    clock.advance(90 * 24 * 3600)
    assert confirm_started(plan, a_drive(), confirmation).plan is plan
    with pytest.raises(Refused, match="wrong-serial"):
        confirm_started(plan, a_drive(), replace(confirmation, serial="x"))
    with pytest.raises(Refused, match="mounted"):
        confirm_started(plan, a_drive(holders=(Holder(HolderKind.MOUNT, "/mnt"),)), confirmation)


def test_a_plan_other_than_the_confirmed_one_is_refused(refusal_of, language):
    error = refusal_of(plan_sha256="0" * 64)
    assert error.code == "plan-changed"
    assert "0" * 16 in error.sentences(language)[1]


@pytest.mark.parametrize(
    "identity",
    [
        Identity(serial=Fact("S000000000", Source.IDENTIFY)),
        Identity(),
        Identity(serial=Fact("S123456789", Source.IDENTIFY), model=Fact("Disk 9001", Source.IDENTIFY)),
    ],
)
def test_another_drive_is_refused(refusal_of, a_drive, identity, language):
    error = refusal_of(a_drive(identity=identity))
    assert error.code == "other-drive"
    found = identity.serial.value if identity.serial else "-"
    assert all(shown in error.sentences(language)[1] for shown in ("S123456789", found))


@pytest.mark.parametrize("changes", [{"size": 1_000_204_886_016 - 512}, {"logical_sector": 4096}])
def test_a_drive_of_another_size_is_refused(refusal_of, a_drive, changes, language):
    error = refusal_of(a_drive(**changes))
    assert error.code == "drive-changed"
    assert all(error.sentences(language))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"holders": (Holder(HolderKind.PARTITION, "/dev/sdz1", (Holder(HolderKind.MOUNT, "/mnt"),)),)}, "mounted"),
        ({"holders": (Holder(HolderKind.OTHER, "something"),)}, "held"),
        ({"read_only": True}, "read-only"),
        ({"virtual": "loop"}, "virtual-not-allowed"),
    ],
)
def test_what_has_come_in_the_way_since_the_plan_is_refused(refusal_of, a_drive, changes, code):
    error = refusal_of(a_drive(**changes))
    assert (error.room, error.code) == ("techniques", code)


def test_the_same_drive_on_another_node_and_another_bus_is_the_same_drive(plan, a_drive):
    check_same_drive(plan, a_drive(nodes=("/dev/sdq",), media=MediaType.UNKNOWN))


@pytest.fixture
def labelled(a_drive, machine, a_request, schemes):
    nameless = a_drive(identity=Identity(model=Fact("Stick", Source.IDENTIFY)))
    return nameless, make_plan(nameless, machine, a_request(label="XY-12"), schemes)


def test_a_nameless_drive_is_confirmed_by_its_label(labelled, confirmation_of, clock):
    nameless, plan = labelled
    assert confirm(plan, nameless, confirmation_of(plan, serial="LABEL:XY-12", label="XY-12"), clock.now())


def test_a_label_is_typed_with_its_prefix(labelled, confirmation_of, clock, language):
    nameless, plan = labelled
    with pytest.raises(Refused) as caught:
        confirm(plan, nameless, confirmation_of(plan, serial="XY-12"), clock.now())
    assert caught.value.code == "label-prefix-missing"
    assert "LABEL:" in caught.value.sentences(language)[2]


@pytest.mark.parametrize("typed", ["", "12", "2", "LABEL:", "LABEL:XY-13"])
def test_another_label_is_a_wrong_serial(labelled, confirmation_of, clock, typed):
    nameless, plan = labelled
    with pytest.raises(Refused, match="wrong-serial"):
        confirm(plan, nameless, confirmation_of(plan, serial=typed), clock.now())


def test_a_drive_with_a_name_of_its_own_is_not_the_labelled_one(labelled, a_drive, confirmation_of, clock):
    _, plan = labelled
    with pytest.raises(Refused, match="other-drive"):
        confirm(plan, a_drive(), confirmation_of(plan, serial="LABEL:XY-12"), clock.now())


def test_a_nameless_drive_of_another_model_is_not_the_labelled_one(labelled, a_drive, confirmation_of, clock):
    _, plan = labelled
    other = a_drive(identity=Identity(model=Fact("Card", Source.IDENTIFY)))
    with pytest.raises(Refused, match="other-drive"):
        confirm(plan, other, confirmation_of(plan, serial="LABEL:XY-12"), clock.now())


@pytest.fixture
def a_test(a_drive, machine, a_request, schemes):
    virtual = a_drive(virtual="loop")
    return virtual, make_plan(virtual, machine, a_request(allow_virtual=True), schemes)


def test_a_virtual_drive_stays_allowed_because_the_plan_is_a_test(a_test, confirmation_of, clock):
    virtual, plan = a_test
    assert confirm(plan, virtual, confirmation_of(plan), clock.now())
