"""Compare reading and writing with exiftool, the reference."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from captions.embedded import NAMES, Fields, read, stamp
from tests.embedded.test_stamp import VALUES
from tests.support import credentials as c
from tests.support import pictures as p
from tests.support.paths import CASES

EXIFTOOL = shutil.which("exiftool")
pytestmark = pytest.mark.skipif(EXIFTOOL is None, reason="exiftool, the reference, is not installed")

# Fields by their tags in exiftool, by family.
TAGS = {
    "xmp": {
        "creators": "XMP-dc:Creator", "creator_job_title": "XMP-photoshop:AuthorsPosition",
        "credit_line": "XMP-photoshop:Credit", "source": "XMP-photoshop:Source", "copyright_notice": "XMP-dc:Rights",
        "caption": "XMP-dc:Description", "headline": "XMP-photoshop:Headline", "title": "XMP-dc:Title",
        "instructions": "XMP-photoshop:Instructions", "job_id": "XMP-photoshop:TransmissionReference",
        "usage_terms": "XMP-xmpRights:UsageTerms", "web_statement": "XMP-xmpRights:WebStatement",
        "licensor_name": "XMP-plus:LicensorName", "licensor_url": "XMP-plus:LicensorURL",
        "other_constraints": "XMP-plus:OtherConstraints", "data_mining": "XMP-plus:DataMining",
        "model_release_status": "XMP-plus:ModelReleaseStatus",
        "property_release_status": "XMP-plus:PropertyReleaseStatus",
        "copyright_owners": "XMP-plus:CopyrightOwnerName", "image_creators": "XMP-plus:ImageCreatorName",
        "ai_system_used": "XMP-iptcExt:AISystemUsed", "ai_system_version_used": "XMP-iptcExt:AISystemVersionUsed",
        "ai_prompt_information": "XMP-iptcExt:AIPromptInformation",
        "ai_prompt_writer_name": "XMP-iptcExt:AIPromptWriterName",
        "image_supplier": "XMP-plus:ImageSupplierName", "image_supplier_image_id": "XMP-plus:ImageSupplierImageID",
        "document_id": "XMP-xmpMM:DocumentID", "original_document_id": "XMP-xmpMM:OriginalDocumentID",
        "image_guid": "XMP-iptcExt:DigitalImageGUID", "digital_source_type": "XMP-iptcExt:DigitalSourceType",
        "sublocation": "XMP-iptcCore:Location", "city": "XMP-photoshop:City", "state": "XMP-photoshop:State",
        "country": "XMP-photoshop:Country", "country_code": "XMP-iptcCore:CountryCode", "keywords": "XMP-dc:Subject",
    },
    "iim": {
        "creators": "IPTC:By-line", "creator_job_title": "IPTC:By-lineTitle", "credit_line": "IPTC:Credit",
        "source": "IPTC:Source", "copyright_notice": "IPTC:CopyrightNotice", "caption": "IPTC:Caption-Abstract",
        "headline": "IPTC:Headline", "title": "IPTC:ObjectName", "instructions": "IPTC:SpecialInstructions",
        "job_id": "IPTC:OriginalTransmissionReference", "sublocation": "IPTC:Sub-location", "city": "IPTC:City",
        "state": "IPTC:Province-State", "country": "IPTC:Country-PrimaryLocationName",
        "country_code": "IPTC:Country-PrimaryLocationCode", "keywords": "IPTC:Keywords",
    },
    "exif": {"creators": "IFD0:Artist", "copyright_notice": "IFD0:Copyright", "caption": "IFD0:ImageDescription"},
}  # fmt: skip
PLUS = "http://ns.useplus.org/ldf/vocab/"
"""exiftool leaves it out of these fields."""
CODES = ("data_mining", "model_release_status", "property_release_status")
# Every field, with a distinct value short enough for IIM.
EVERY = Fields(
    creators=("José Ñandú", "Ida Quill"), creator_job_title="Staff “photo”", credit_line="José Ñandú/AFP", source="AFP",
    copyright_notice="© 2024 Gull Photo", caption="Islanders <queue> & wait. 漢字", headline="Ferry – back",
    title="AFP_1", instructions="NO SALES", job_id="J-1", usage_terms="For news.", web_statement="https://w.example/?a&b",
    licensor_name="Gull Photo", licensor_url="https://l.example/1", image_supplier="Gull", image_supplier_image_id="G1",
    document_id="xmp.did:1", original_document_id="xmp.did:2", image_guid="urn:x:1", digital_source_type="http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
    other_constraints="Not on covers.", data_mining=PLUS + "DMI-PROHIBITED-SEECONSTRAINT",
    model_release_status=PLUS + "MR-LMR", property_release_status=PLUS + "PR-NON",
    copyright_owners=("Gull Photo", "Ida Quill"), image_creators=("José Ñandú", "Bram Hollis"),
    ai_system_used="Imagemaker", ai_system_version_used="3.1", ai_prompt_information="a crane above roofs",
    ai_prompt_writer_name="Ida Quill",
    sublocation="Pier Two", city="Bodø", state="Nordland", country="Noreg", country_code="NOR",
    keywords=("ferry", "pier"),
)  # fmt: skip


def exiftool(*arguments: str | Path) -> str:
    assert EXIFTOOL is not None
    config = ("-config", CASES / "embedded" / "exiftool.config")
    ran = subprocess.run([EXIFTOOL, *map(str, (*config, *arguments))], capture_output=True, encoding="utf-8")  # noqa: S603
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def exiftool_fields(path: Path, family: str) -> dict[str, tuple[str, ...]]:
    """Return the values that exiftool reads from a family, under this program's names."""
    options = ("-j", "-G1", "-n", "-charset", "exif=UTF8")
    found: dict[str, Any] = json.loads(exiftool(*options, *(f"-{tag}" for tag in TAGS[family].values()), path))[0]
    # -G1 has its own groups for IIM and EXIF; -n does not convert values.
    values = {name: found.get(tag) for name, tag in TAGS[family].items()}
    out = {n: tuple(map(str, v)) if isinstance(v, list) else (str(v),) for n, v in values.items() if v is not None}
    out |= {name: tuple(PLUS + value for value in out[name]) for name in CODES if name in out}
    if family == "exif" and "creators" in out:
        out["creators"] = tuple(out["creators"][0].split("; "))
    return out


def _written(path: Path, families: tuple[str, ...], *more: str) -> None:
    arguments = ["-codedcharacterset=utf8"] if "iim" in families else []
    for family in families:
        for name, tag in TAGS[family].items():
            values = EVERY.get(name)
            if family == "exif":
                values = ("; ".join(values),)
            arguments += [f"-{tag}={value.removeprefix(PLUS)}" for value in values]
    exiftool("-overwrite_original", "-n", "-charset", "exif=UTF8", *arguments, *more, path)


CAN_WRITE = {
    ".jpg": ("xmp", "iim", "exif"), ".png": ("xmp", "exif"), ".webp": ("xmp", "exif"), ".tif": ("xmp", "iim", "exif"),
    ".gif": ("xmp",), ".jp2": ("xmp", "exif", "iim"), ".avif": ("xmp", "exif"), ".psd": ("xmp", "iim", "exif"),
}  # fmt: skip
FORMATS = {**{suffix: form for form, suffix in p.FORMATS.items()}, ".psd": "PSD"}


def _bare(suffix: str) -> bytes:
    if suffix == ".psd":
        return p.psd(b"") + b"\0" * 4 + b"\0\0" + b"\0" * (32 * 24 * 3)
    return p.bare(FORMATS[suffix])


@pytest.mark.parametrize("suffix", FORMATS)
def test_values_written_by_exiftool_are_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(_bare(suffix))
    _written(path, CAN_WRITE[suffix])
    found = read(path)
    assert (found.format, found.notes, found.disagreements, found.cuts) == (FORMATS[suffix], (), (), ())
    assert found.fields == EVERY
    for family in CAN_WRITE[suffix]:
        assert found.family(family).present() == {n: EVERY.get(n) for n in EVERY.present() if n in TAGS[family]}


# The rest of IPTC's standard, core and extension, which must not be mistaken for the fields above. As in IPTC's
# reference image, each value names its field, and structures have names like those of the plain fields.
OTHERS = (
    "XMP-iptcCore:CreatorContactInfo={CiAdrCity=Contact town,CiAdrCtry=Contact country,CiEmailWork=x@mail.example,"
    "CiUrlWork=https://contact.example}",
    "XMP-photoshop:CaptionWriter=Description writer", "XMP-iptcCore:IntellectualGenre=Genre of intellect",
    "XMP-iptcCore:Scene=010100", "XMP-iptcCore:SubjectCode=01000000", "XMP-iptcCore:AltTextAccessibility=Alt text",
    "XMP-iptcCore:ExtDescrAccessibility=Extended description",
    "XMP-iptcExt:AdditionalModelInformation=Additional model",
    "XMP-iptcExt:ArtworkOrObject=[{AOTitle=Artwork title,AOCreator=Artwork creator,AOSource=Artwork source,"
    "AOCopyrightNotice=Artwork notice}]",
    "XMP-iptcExt:AboutCvTerm=[{CvTermName=Term}]", "XMP-iptcExt:Contributor=[{Name=Contributor,Role=role}]",
    "XMP-iptcExt:Event=Event name", "XMP-iptcExt:Genre=[{CvTermName=Genre}]",
    "XMP-iptcExt:LocationCreated=[{City=Town of creation,CountryName=Country of creation,CountryCode=AAA,"
    "ProvinceState=State of creation,Sublocation=Place of creation}]",
    "XMP-iptcExt:LocationShown=[{City=Town shown,CountryName=Country shown,CountryCode=BBB,Sublocation=Place shown}]",
    "XMP-iptcExt:MaxAvailHeight=30", "XMP-iptcExt:MaxAvailWidth=20", "XMP-iptcExt:ModelAge=25",
    "XMP-iptcExt:OrganisationInImageCode=Organisation code", "XMP-iptcExt:OrganisationInImageName=Organisation",
    "XMP-iptcExt:PersonInImage=Person one", "XMP-iptcExt:PersonInImage=Person two",
    "XMP-iptcExt:ProductInImage=[{ProductName=Product}]", "XMP-iptcExt:RegistryID=[{RegItemId=1,RegOrgId=2}]",
    "XMP-plus:ModelReleaseID=m1",
    "XMP-plus:MinorModelAgeDisclosure=AG-A25", "XMP-plus:PropertyReleaseID=p1", "XMP-plus:TermsAndConditionsText=Terms",
    "XMP-xmp:Rating=1", "XMP-xmpRights:Marked=true",
    "XMP-xmpRights:Owner=Owner of rights", "XMP-xmpMM:InstanceID=xmp.iid:3", "XMP-tiff:Make=Maker",
    "IPTC:Writer-Editor=Writer", "IPTC:Contact=Contact", "IPTC:EditStatus=Status", "IPTC:Category=CAT",
    "IPTC:OriginatingProgram=Program", "IFD0:Software=Program", "ExifIFD:UserComment=A comment",
    "ExifIFD:ImageUniqueID=0a1b2c3d4e5f60718293a4b5c6d7e8f9",
)  # fmt: skip
WHEN = "2024-05-18T09:30:00+02:00"


def test_all_fields_of_the_standard_in_a_file_are_distinguished(tmp_path: Path) -> None:
    path = tmp_path / "reference.jpg"
    path.write_bytes(p.bare("JPEG"))
    moment = "2024:05:18 09:30:00"
    dates = (
        f"-XMP-photoshop:DateCreated={moment}+02:00", "-IPTC:DateCreated=2024:05:18",
        "-IPTC:TimeCreated=09:30:00+02:00", f"-ExifIFD:DateTimeOriginal={moment}", "-ExifIFD:OffsetTimeOriginal=+02:00",
    )  # fmt: skip
    _written(path, ("xmp", "iim", "exif"), *dates, *(f"-{tag}" for tag in OTHERS))
    # The file has all fields: exiftool, which wrote it, finds each.
    written = json.loads(exiftool("-j", "-G1", "-struct", path))[0]
    present = {key.casefold() for key in written}
    assert [tag for tag in OTHERS if tag.partition("=")[0].casefold() not in present] == []
    found = read(path)
    expected = {**EVERY.present(), "date_created": (WHEN,), "image_unique_id": ("0a1b2c3d4e5f60718293a4b5c6d7e8f9",)}
    assert found.fields.present() == Fields.of(expected).present()
    assert set(found.fields.present()) == set(NAMES)
    assert (found.notes, found.disagreements, found.cuts) == ((), (), ())
    for family in ("xmp", "iim", "exif"):
        own = {name: values for name, values in found.family(family).present().items() if name in TAGS[family]}
        assert own == exiftool_fields(path, family)
    # A stamped copy also has all fields.
    stamp(path, tmp_path / "copy.jpg", Fields(credit_line="AP"))
    copied = json.loads(exiftool("-j", "-G1", "-struct", tmp_path / "copy.jpg"))[0]
    changed = {key for key in written if key.partition(":")[0] != "System" and copied.get(key) != written[key]}
    assert changed <= {
        "SourceFile",
        "IPTC:Credit",
        "XMP-photoshop:Credit",
        "File:CurrentIPTCDigest",
        "XMP-x:XMPToolkit",
    }
    assert read(tmp_path / "copy.jpg").fields.present() == {**found.fields.present(), "credit_line": ("AP",)}


def test_dates_are_read_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(p.bare("JPEG"))
    exiftool(
        "-overwrite_original", "-XMP-photoshop:DateCreated=2024:05:18 09:30:00+02:00", "-IPTC:DateCreated=2024:05:18",
        "-IPTC:TimeCreated=09:30:00+02:00", "-ExifIFD:DateTimeOriginal=2024:05:18 09:30:00",
        "-ExifIFD:OffsetTimeOriginal=+02:00", path,
    )  # fmt: skip
    found = read(path)
    dates = {found.fields.date_created, *(found.family(family).date_created for family in ("xmp", "iim", "exif"))}
    assert (dates, found.disagreements) == ({"2024-05-18T09:30:00+02:00"}, ())


def test_the_digest_that_exiftool_stores_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(p.bare("JPEG"))
    _written(path, ("xmp", "iim"), "-IPTCDigest=new")
    assert read(path).iim_digest_fits is True
    exiftool("-overwrite_original", "-IPTC:City=Other", path)
    assert read(path).iim_digest_fits is False
    assert read(path).fields.city == "Other"


def test_latin_1_as_exiftool_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(p.bare("JPEG"))
    exiftool("-overwrite_original", "-charset", "iptc=latin", "-IPTC:By-line=José Ñandú", path)
    assert read(path).fields == Fields(creators=("José Ñandú",))


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".gif", ".tif"])
@pytest.mark.parametrize("bare", [True, False], ids=["bare", "over exiftool's"])
def test_exiftool_reads_stamped_values(tmp_path: Path, suffix: str, bare: bool) -> None:
    before, after = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    before.write_bytes(_bare(suffix))
    if not bare:
        _written(before, CAN_WRITE[suffix])
    stamp(before, after, VALUES)
    for family in ("xmp", *(f for f in CAN_WRITE[suffix] if not bare or f == "iim")):
        expected = {name: EVERY.get(name) for name in TAGS[family] if not bare and EVERY.get(name)}
        expected |= {name: values for name, values in VALUES.present().items() if name in TAGS[family]}
        found = exiftool_fields(after, family)
        if family == "iim":
            cut = "Zoë Åskelund of the Harbor Cit"
            assert found["creators"][1] == cut
            found["creators"] = VALUES.creators
        assert found == expected


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".gif"])
def test_exiftool_finds_nothing_wrong_with_a_stamped_file(tmp_path: Path, suffix: str) -> None:
    before, after = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    before.write_bytes(_bare(suffix))
    _written(before, CAN_WRITE[suffix])
    stamp(before, after, VALUES)
    checks = ("-validate", "-warning", "-error", "-a", "-s")
    assert exiftool(*checks, after) == exiftool(*checks, before)


def test_exiftool_reads_the_sidecar(tmp_path: Path) -> None:
    (tmp_path / "a.psd").write_bytes(_bare(".psd"))
    sidecar = stamp(tmp_path / "a.psd", tmp_path / "b.psd", VALUES).sidecar
    assert sidecar is not None
    assert exiftool_fields(sidecar, "xmp") == VALUES.present()


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_the_source_types_of_content_credentials_are_read_the_same(tmp_path: Path, suffix: str) -> None:
    store = c.store(c.manifest(c.actions(c.AI, f"{c.IPTC}humanEdits")))
    path = tmp_path / f"a{suffix}"
    path.write_bytes(c.signed_jpeg(store) if suffix == ".jpg" else p.png(p.chunk(b"caBX", store)))
    found = json.loads(exiftool("-j", "-ActionsDigitalSourceType", path))[0]
    assert read(path).c2pa_source_types == tuple(found["ActionsDigitalSourceType"])
