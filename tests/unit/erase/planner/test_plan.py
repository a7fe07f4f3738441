"""Making a plan: what is chosen, what is said, and what is refused as text."""

import json
from dataclasses import replace

import pytest

from certify.foundation.canonical import canonical_json, sha256_hex
from certify.foundation.messages import Language, has_text
from erase.drive.facts import Area, AreaKind, Bus, Fact, Holder, HolderKind, Identity, MediaType, Source, drive_from_json
from erase.drive.report import Health, HiddenArea, HiddenAreas, Namespace, NvmeParts, Presence, SelfReport, Way
from erase.errors import Refused
from erase.planner.limits import Limit
from erase.planner.plan import make_plan
from erase.techniques.base import StepKind, Verify, VerifyKind
from erase.techniques.findings import Reason


@pytest.fixture
def plan_for(a_drive, machine, a_request, schemes):
    def plan(drive=None, **asked):
        return make_plan(drive or a_drive(), asked.pop("machine", machine), a_request(**asked), schemes)

    return plan


@pytest.fixture
def refusal_of(plan_for):
    def refuse(drive=None, **asked) -> Refused:
        with pytest.raises(Refused) as caught:
            plan_for(drive, **asked)
        return caught.value

    return refuse


def test_a_plan_is_one_random_pass_and_a_full_read_back_with_clear_to_be_expected(plan_for):
    plan = plan_for()
    assert (plan.technique, plan.scheme.id, plan.verify.kind) == ("overwrite", "random", "full")
    assert [step.kind for step in plan.steps] == [StepKind.WRITE, StepKind.READ_BACK]
    assert plan.expected.method == "clear"
    assert (plan.test, plan.refused) == (False, ())


@pytest.mark.parametrize(("ppm", "shown"), [(1, "0.0001 %"), (50_000, "5 %"), (99_999, "9.9999 %")])
def test_a_share_too_small_to_prove_anything_is_refused(refusal_of, ppm, shown, language):
    error = refusal_of(verify=Verify(VerifyKind.PERCENT, ppm))
    what, why, next_step = error.sentences(language)
    assert error.code == "verification-too-thin"
    assert shown in what
    assert "800-88" in why
    assert "--verify full" in next_step


def test_a_tenth_is_enough(plan_for):
    assert plan_for(verify=Verify(VerifyKind.PERCENT, 100_000)).verify.percent_ppm == 100_000


def test_the_file_of_a_plan_holds_exactly_these_values(plan_for, a_drive, machine, a_policy):
    plan = plan_for(verify=Verify(VerifyKind.PERCENT, 125_000), scheme="dod-5220-22m-3")
    assert json.loads(plan.data) == {
        "schema": "https://haiki.example/plan/v1",
        "drive": json.loads(json.dumps(a_drive().to_json())),
        "machine": machine.to_json(),
        "policy": {
            "id": "nist-800-88r2-ieee-2883-2022",
            "edition": "Rev. 2 (2025-09-26), 2883-2022",
            "sha256": a_policy().record.sha256,
            "zone": None,
            "classification": None,
            "require": "clear",
        },
        "technique": "overwrite",
        "refused": [],
        "scheme": {"id": "dod-5220-22m-3", "source": "a source", "passes": ["00", "ff", "random"], "verify_each": True},
        "verify": {"kind": "percent", "percent_ppm": 125_000},
        "expected": {
            "method": "clear",
            "standard": "NIST SP 800-88, IEEE 2883",
            "edition": "Rev. 2 (2025-09-26), 2883-2022, by public secondary sources",
            "clause": "SP 800-88 Rev. 2, 3.1.1 (per secondary sources): Clear by overwriting all addressable locations",
            "reasons": ["addressable-area-only", "hidden-areas-unknown", "verification-sampled"],
        },
        "limits": [
            "retired-sectors-not-reached",
            "defect-counts-unknown",
            "hidden-areas-unknown",
            "sampled-verification",
            "edition-by-secondary-sources",
        ],
        # 3 passes written, the first two read whole and an eighth of the last, at 130 MB/s
        "estimate_ms": round(1_000_204_886_016 * (3 + 2.125) / 130_000_000 * 1000),
        "test": False,
    }


def test_a_plan_is_hashed_as_canonical_bytes(plan_for):
    plan = plan_for()
    assert plan.data == canonical_json(plan.to_json())
    assert plan.sha256 == sha256_hex(plan.data)


def test_the_drive_in_the_file_can_be_read_back(plan_for, a_drive):
    assert drive_from_json(json.loads(plan_for().data)["drive"]) == a_drive()


def test_a_named_scheme_is_taken(plan_for):
    assert plan_for(scheme="zero").scheme.passes == ("00",)


def test_rev_1_on_a_stick_takes_the_scheme_with_the_fewest_passes_that_is_enough(plan_for, a_drive, a_policy):
    stick = a_drive(bus=Bus.USB, media=MediaType.UNKNOWN)
    plan = plan_for(stick, policy=a_policy("nist-800-88r1"))
    assert plan.scheme.id == "dod-5220-22m-3"
    assert plan.expected.method == "clear"
    assert plan_for(stick).scheme.id == "random"


def test_rev_1_on_a_stick_refuses_one_pass_and_names_the_schemes_that_are_enough(refusal_of, a_drive, a_policy):
    stick = a_drive(bus=Bus.USB, media=MediaType.FLASH)
    error = refusal_of(stick, policy=a_policy("nist-800-88r1"), scheme="zero")
    assert error.code == "two-passes-needed"
    assert error.sentences(Language.JAPANESE)[2] == (
        "--scheme を外すか、次のいずれかを指定してください: a-long-one、dod-5220-22m-3、rcmp-tssit-ops-ii"
    )
    assert error.sentences(Language.ENGLISH)[2] == "Leave out --scheme, or name one of these: a-long-one, dod-5220-22m-3, rcmp-tssit-ops-ii"


PURGE_AS_TEXT = {
    Language.JAPANESE: (
        "/dev/sdz は、求められている Purge に届きません。",
        "基準「mic-2020」は Purge を求めますが、この版がこの媒体で見込めるのは Clear までです。"
        "予備領域や代替処理済みのセクターに上書きは届きません。区分を下げて実行することはありません。",
        "媒体を物理的に破壊し、写真とともに記録してください。又は、Purge に届く消去方式 (Sanitize など) を備えた装置で消去してください。"
        "その前に庁舎内で Clear まで消去しておく場合は、--policy nist-800-88r2-ieee-2883-2022 --require clear で別に計画できます "
        "(証明書は Clear となります)。",
    ),
    Language.ENGLISH: (
        "/dev/sdz can't reach Purge, which is required.",
        "The policy 'mic-2020' requires Purge, and this version reaches Clear on this drive: overwriting can't reach spare and "
        "reallocated areas. A weaker method is never done in place of the one that is required.",
        "Destroy the drive physically and record it with photos; or erase it on a station whose techniques reach Purge "
        "(Sanitize and the like). To erase it to Clear in the building before that, plan it separately with "
        "--policy nist-800-88r2-ieee-2883-2022 --require clear (the certificate will say Clear).",
    ),
}


@pytest.mark.parametrize("spoken", Language)
def test_purge_that_can_not_be_reached_is_refused_with_the_way_out(refusal_of, a_policy, spoken):
    error = refusal_of(policy=a_policy("mic-2020", zone="lgwan", classification="2"))
    assert (error.code, error.exit_status) == ("purge-not-reachable", 2)
    assert error.sentences(spoken) == PURGE_AS_TEXT[spoken]


@pytest.mark.parametrize("policy", ["nist-800-88r1", "nist-800-88r2-ieee-2883-2022"])
def test_who_chose_purge_may_choose_clear_under_the_same_policy(refusal_of, a_policy, policy, language):
    next_step = refusal_of(policy=a_policy(policy, require="purge")).sentences(language)[2]
    assert f"--policy {policy} --require clear" in next_step
    assert "庁舎" not in next_step
    assert "building" not in next_step


def test_purge_is_refused_before_anybody_is_asked_to_unmount(refusal_of, a_drive, a_policy):
    mounted = a_drive(holders=(Holder(HolderKind.MOUNT, "/home"),))
    assert refusal_of(mounted, policy=a_policy("nist-800-88r1", require="purge")).code == "purge-not-reachable"


def test_what_nobody_can_cure_is_said_rather_than_that_purge_is_out_of_reach(refusal_of, a_drive, a_policy):
    assert refusal_of(a_drive(size=0), policy=a_policy("nist-800-88r1", require="purge")).code == "too-small"


def test_destroy_by_erasing_is_refused(refusal_of, a_policy, language):
    error = refusal_of(policy=a_policy("nist-800-88r1", require="destroy"))
    assert error.code == "destroy-needed"
    assert "--require clear" in error.sentences(language)[2]


def test_before_destruction_the_erasing_stage_is_planned_and_claims_clear_only(plan_for, a_policy):
    plan = plan_for(policy=a_policy("mic-2020", zone="mynumber", classification="2"))
    assert plan.policy.require == "destroy"
    assert plan.expected.method == "clear"
    assert plan.limits[0] is Limit.DESTROY_MUST_FOLLOW


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"holders": (Holder(HolderKind.PARTITION, "/dev/sdz1", (Holder(HolderKind.MOUNT, "/"),)),)}, "mounted"),
        ({"holders": (Holder(HolderKind.SWAP, "/dev/sdz"),)}, "swap-in-use"),
        ({"holders": (Holder(HolderKind.BOOT_MEDIUM, "/run/live"),)}, "boot-medium"),
        ({"read_only": True}, "read-only"),
        ({"size": 100}, "too-small"),
        ({"size": 1000}, "not-whole-sectors"),
        ({"virtual": "loop", "bus": Bus.VIRTUAL}, "virtual-not-allowed"),
        ({"identity": Identity(model=Fact("Stick", Source.IDENTIFY))}, "no-identity"),
    ],
)
def test_an_obstacle_ends_the_planning_with_the_techniques_own_words(refusal_of, a_drive, changes, code):
    error = refusal_of(a_drive(**changes))
    assert (error.room, error.code) == ("techniques", code)


UNKNOWN_SCHEME_AS_TEXT = {
    Language.JAPANESE: (
        "上書きの手順「shred」はありません。",
        "この版にその名前の手順がありません。",
        "次のいずれかを指定するか、--scheme を外してください: "
        "a-long-one、one、zero、dod-5220-22m-3、random、rcmp-tssit-ops-ii、fixed-<hex>",
    ),
    Language.ENGLISH: (
        "There is no scheme 'shred'.",
        "This version has no scheme of that name.",
        "Name one of these, or leave out --scheme: a-long-one, one, zero, dod-5220-22m-3, random, rcmp-tssit-ops-ii, fixed-<hex>",
    ),
}


@pytest.mark.parametrize("spoken", Language)
def test_an_unknown_scheme_is_refused_and_the_known_ones_are_named(refusal_of, spoken):
    assert refusal_of(scheme="shred").sentences(spoken) == UNKNOWN_SCHEME_AS_TEXT[spoken]


def test_an_unknown_technique_is_refused(refusal_of, language):
    error = refusal_of(technique="nvme-sanitize")
    assert (error.code, error.parameters["known"]) == ("unknown-technique", ("overwrite",))
    assert "nvme-sanitize" in error.sentences(language)[0]


def test_a_nameless_drive_goes_by_its_label_and_the_plan_says_so(plan_for, a_drive):
    nameless = a_drive(identity=Identity(model=Fact("Stick", Source.IDENTIFY)))
    plan = plan_for(nameless, label=" LABEL:XY-12 ")
    assert plan.drive.identity.serial == Fact("XY-12", Source.LABEL)
    assert Limit.IDENTITY_FROM_LABEL in plan.limits


def test_a_label_that_contradicts_the_drive_is_refused(refusal_of, plan_for, language):
    error = refusal_of(label="S999")
    assert error.code == "label-differs"
    assert "S999" in error.sentences(language)[1]
    assert plan_for(label="Ｓ123456789").drive.identity.serial.source is Source.IDENTIFY


def test_a_bridges_serial_may_differ_from_the_label(plan_for, a_drive):
    bridged = a_drive(bus=Bus.USB, identity=Identity(serial=Fact("0123456789AB", Source.BRIDGE)))
    plan = plan_for(bridged, label="S999")
    assert plan.drive.identity == bridged.identity
    assert Limit.IDENTITY_FROM_BRIDGE in plan.limits


@pytest.mark.parametrize("label", ["", "  ", "LABEL:", "a\tb", "x" * 65, "a\u202eb"])
def test_a_label_that_can_not_be_one_is_refused(refusal_of, a_drive, label, language):
    error = refusal_of(a_drive(identity=Identity()), label=label)
    assert error.code == "bad-label"
    assert all(error.sentences(language))


def test_a_virtual_drive_makes_a_test_and_every_limit_of_it_is_said(plan_for, a_drive, machine):
    virtual = a_drive(virtual="loop", bus=Bus.VIRTUAL, media=MediaType.UNKNOWN)
    plan = plan_for(virtual, allow_virtual=True, machine=replace(machine, hypervisor="kvm"))
    assert plan.test
    assert Reason.VIRTUAL_DRIVE in plan.expected.reasons
    assert {Limit.VIRTUAL_DRIVE, Limit.INSIDE_HYPERVISOR, Limit.MEDIA_TYPE_UNKNOWN, Limit.SPARE_CELLS_NOT_REACHED} <= set(plan.limits)


@pytest.mark.parametrize(
    ("changes", "limit"),
    [
        ({"media": MediaType.FLASH}, Limit.SPARE_CELLS_NOT_REACHED),
        ({"media": MediaType.HYBRID}, Limit.SPARE_CELLS_NOT_REACHED),
        ({"bus": Bus.NVME, "media": MediaType.FLASH}, Limit.UNALLOCATED_CAPACITY_UNKNOWN),
        ({"areas": (Area(AreaKind.NAMESPACE, "/dev/nvme0n2", 512),)}, Limit.OTHER_NAMESPACES_NOT_REACHED),
        ({"areas": (Area(AreaKind.RPMB, "/dev/mmcblk0rpmb", 0),)}, Limit.BOOT_AREAS_NOT_REACHED),
    ],
)
def test_what_lies_beyond_the_overwrite_is_said_for_each_kind_of_drive(plan_for, a_drive, changes, limit):
    assert limit in plan_for(a_drive(**changes)).limits
    assert limit not in plan_for().limits


ASKED = SelfReport(Way.NVME, hidden=HiddenAreas(*[HiddenArea(Presence.NOT_APPLICABLE)] * 4))
ALONE = NvmeParts((Namespace(1, 512, attached=True),), complete=True, total=512, unallocated=0, boot_partitions=False, rpmb_targets=0)
NVME = {"bus": Bus.NVME, "media": MediaType.FLASH}


@pytest.mark.parametrize(
    ("parts", "limit"),
    [
        (replace(ALONE, complete=False), Limit.OTHER_NAMESPACES_UNKNOWN),
        (replace(ALONE, namespaces=(*ALONE.namespaces, Namespace(2, 512, attached=False))), Limit.OTHER_NAMESPACES_NOT_REACHED),
        (replace(ALONE, unallocated=512), Limit.UNALLOCATED_CAPACITY_NOT_REACHED),
        (replace(ALONE, unallocated=None), Limit.UNALLOCATED_CAPACITY_UNKNOWN),
        (replace(ALONE, boot_partitions=True), Limit.BOOT_PARTITIONS_NOT_REACHED),
        (replace(ALONE, rpmb_targets=1), Limit.RPMB_NOT_REACHED),
    ],
)
def test_what_a_drive_tells_of_beside_its_namespace_is_not_reached(plan_for, a_drive, parts, limit, language):
    told, alone = (plan_for(a_drive(**NVME, report=replace(ASKED, parts=found))).limits for found in (parts, ALONE))
    assert set(told) - set(alone) == {limit}
    assert has_text(f"paper.limit.{limit}", language)
    assert not {Limit.UNALLOCATED_CAPACITY_UNKNOWN, Limit.OTHER_NAMESPACES_UNKNOWN, Limit.HIDDEN_AREAS_UNKNOWN} & set(alone)


def test_of_an_nvme_drive_that_was_not_asked_all_of_that_is_unknown(plan_for, a_drive):
    limits = set(plan_for(a_drive(**NVME)).limits)
    assert {Limit.UNALLOCATED_CAPACITY_UNKNOWN, Limit.OTHER_NAMESPACES_UNKNOWN, Limit.HIDDEN_AREAS_UNKNOWN} <= limits
    assert not {Limit.UNALLOCATED_CAPACITY_NOT_REACHED, Limit.BOOT_PARTITIONS_NOT_REACHED, Limit.RPMB_NOT_REACHED} & limits


@pytest.mark.parametrize("place", range(4))
def test_one_area_that_is_unknown_keeps_the_limit_and_the_reason(plan_for, a_drive, place):
    areas = [HiddenArea(Presence.NONE)] * 4
    known = plan_for(a_drive(report=SelfReport(Way.ATA, hidden=HiddenAreas(*areas))))
    assert Limit.HIDDEN_AREAS_UNKNOWN not in known.limits
    assert Reason.HIDDEN_AREAS_UNKNOWN not in known.expected.reasons
    areas[place] = HiddenArea(Presence.UNKNOWN)
    unknown = plan_for(a_drive(report=SelfReport(Way.ATA, hidden=HiddenAreas(*areas))))
    assert Limit.HIDDEN_AREAS_UNKNOWN in unknown.limits
    assert Reason.HIDDEN_AREAS_UNKNOWN in unknown.expected.reasons
    assert unknown.expected.method == known.expected.method == "clear"


@pytest.mark.parametrize(
    ("health", "known"),
    [
        (Health(), False),
        (Health(reallocated=0), False),
        (Health(pending=0), False),
        (Health(media_errors=0), False),
        (Health(reallocated=0, pending=0), True),
        (Health(grown_defects=0), True),
    ],
)
def test_defects_are_known_where_the_drive_counts_those_replaced_and_those_that_wait(plan_for, a_drive, health, known):
    limits = plan_for(a_drive(report=SelfReport(Way.ATA, health=health))).limits
    assert (Limit.DEFECT_COUNTS_UNKNOWN not in limits) == known


def test_a_withdrawn_edition_is_said(plan_for, a_policy):
    limits = plan_for(policy=a_policy("nist-800-88r1")).limits
    assert Limit.EDITION_WITHDRAWN in limits
    assert Limit.EDITION_BY_SECONDARY_SOURCES not in limits
