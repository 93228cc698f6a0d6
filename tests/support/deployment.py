"""What moto leaves out of a deployment: aliases of functions, and CodeDeploy's calls of a hook."""

import json
from typing import Any

from tests.support.loopback import Loopback, Post
from tests.support.rie import Invoke

#: What moto's CloudFormation cannot create: an alias is called as its function here.
ALIASES = ("AWS::Lambda::Alias", "AWS::Lambda::Version", "AWS::Lambda::EventInvokeConfig")


def without_aliases(template: dict[str, Any]) -> dict[str, Any]:
    """The translated template, with each function in the place of its alias and its versions."""
    functions = {}
    for name, resource in template["Resources"].items():
        if resource["Type"] in ALIASES:
            functions[name] = resource["Properties"]["FunctionName"]

    def replaced(value: Any) -> Any:
        if isinstance(value, list):
            return [replaced(member) for member in value]
        if not isinstance(value, dict):
            return value
        if value.keys() == {"Ref"} and value["Ref"] in functions:
            return functions[value["Ref"]]
        return {name: replaced(member) for name, member in value.items()}

    kept = {
        name: replaced(resource)
        for name, resource in template["Resources"].items()
        if name not in functions
    }
    return {**template, "Resources": kept}


class Deployment(Loopback):
    """Lambda, with the new version of the estimate function, and CodeDeploy."""

    def __init__(self, estimate: Invoke) -> None:
        super().__init__()
        self.estimate = estimate
        self.statuses: list[str] = []

    def answer_to(self, post: Post) -> bytes:
        """The estimate's answer; nothing to a result of the hook, which is kept."""
        if post.path.endswith("/invocations"):
            return json.dumps(self.estimate(post.body)).encode()
        self.statuses.append(post.body["status"])
        return b"{}"
