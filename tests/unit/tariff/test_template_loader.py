from pathlib import Path
from typing import Any

import pytest
import yaml

from tariff.template import create_table_arguments, load_template, resources

TABLE = """
AWSTemplateFormatVersion: 2010-09-09
Resources:
  Prices:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      BillingMode: PROVISIONED
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
  Other:
    Type: AWS::SNS::Topic
"""


def loaded(tmp_path: Path, text: str) -> dict[str, Any]:
    path = tmp_path / "template.yaml"
    path.write_text(text, encoding="utf-8")
    return load_template(path)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("!Ref Table", {"Ref": "Table"}),
        ("!Condition IsProd", {"Condition": "IsProd"}),
        ("!Sub '${Table}-x'", {"Fn::Sub": "${Table}-x"}),
        ("!GetAtt Table.Arn", {"Fn::GetAtt": ["Table", "Arn"]}),
        ("!GetAtt Stack.Outputs.Arn", {"Fn::GetAtt": ["Stack", "Outputs.Arn"]}),
        ("!GetAtt [Table, Arn]", {"Fn::GetAtt": ["Table", "Arn"]}),
        ("!If [IsProd, !Ref A, !Sub 'b']", {"Fn::If": ["IsProd", {"Ref": "A"}, {"Fn::Sub": "b"}]}),
        ("!Transform {Name: Include}", {"Fn::Transform": {"Name": "Include"}}),
    ],
)
def test_a_short_function_reads_as_its_long_form(
    tmp_path: Path, short: str, long: dict[str, Any]
) -> None:
    assert loaded(tmp_path, f"value: {short}\n") == {"value": long}


def test_a_date_stays_the_string_that_cloudformation_sees(tmp_path: Path) -> None:
    assert loaded(tmp_path, "Version: 2012-10-17\n") == {"Version": "2012-10-17"}


def test_a_tag_that_builds_python_objects_is_refused(tmp_path: Path) -> None:
    with pytest.raises(yaml.YAMLError):
        loaded(tmp_path, "value: !!python/object/apply:os.getcwd []\n")


def test_a_list_is_not_a_template(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"template\.yaml is not a map"):
        loaded(tmp_path, "- a\n- b\n")


def test_resources_are_found_by_type(tmp_path: Path) -> None:
    assert list(resources(loaded(tmp_path, TABLE), "AWS::SNS::Topic")) == ["Other"]


def test_a_local_table_has_the_templates_keys_and_none_of_its_billing(tmp_path: Path) -> None:
    assert create_table_arguments(loaded(tmp_path, TABLE), "prices-1") == {
        "TableName": "prices-1",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    }


def test_a_template_without_a_table_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="found none"):
        create_table_arguments(loaded(tmp_path, "Resources: {}\n"), "prices-1")


def test_a_template_with_two_tables_is_an_error(tmp_path: Path) -> None:
    template = loaded(tmp_path, TABLE)
    template["Resources"]["Second"] = template["Resources"]["Prices"]
    with pytest.raises(ValueError, match=r"found \['Prices', 'Second'\]"):
        create_table_arguments(template, "prices-1")
