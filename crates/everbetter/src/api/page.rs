//! The page about the API, drawn from its document.

use askama::Template;
use platform::{
    Cx,
    access::Open,
    api::{KINDS, ProblemKind},
    web::{Answered, Shell, page},
};
use serde_json::Value;

/// Operations on one resource.
struct Resource {
    name: String,
    operations: Vec<Operation>,
}

struct Operation {
    method: String,
    path: String,
    summary: String,
    about: String,
    /// Name, what it is, and whether it must be there.
    takes: Vec<(String, String, bool)>,
    /// The statuses of its answers.
    answers: String,
    curl: String,
}

#[derive(Template)]
#[template(path = "api/show.html")]
struct Page {
    shell: Shell,
    resources: Vec<Resource>,
    problems: &'static [&'static ProblemKind],
    base: String,
    tokens: Option<String>,
}

pub(super) async fn show(_: Open, cx: Cx) -> Answered {
    let base = cx.app.config.public_url.clone();
    page(&Page {
        shell: cx.shell("The API", ""),
        resources: resources(&cx.app.house.reference().document, &base),
        problems: KINDS,
        tokens: cx.who.as_ref().map(|who| format!("/people/{}/tokens", who.slug)),
        base,
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn resources(document: &Value, base: &str) -> Vec<Resource> {
    let mut resources: Vec<Resource> = Vec::new();
    for tag in document["tags"].as_array().into_iter().flatten() {
        resources.push(Resource { name: text(&tag["name"]), operations: Vec::new() });
    }
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let tag = text(&operation["tags"][0]);
            if let Some(resource) = resources.iter_mut().find(|resource| resource.name == tag) {
                resource.operations.push(told(document, base, path, method, operation));
            }
        }
    }
    let place = |method: &str| ["GET", "POST", "PATCH", "DELETE"].iter().position(|known| *known == method);
    for resource in &mut resources {
        resource
            .operations
            .sort_by(|one, other| (one.path.as_str(), place(&one.method)).cmp(&(other.path.as_str(), place(&other.method))));
    }
    resources
}

fn told(document: &Value, base: &str, path: &str, method: &str, operation: &Value) -> Operation {
    let mut takes: Vec<(String, String, bool)> = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let required = parameter["required"] == true && parameter["in"] != "path";
        takes.push((text(&parameter["name"]), text(&parameter["description"]), required));
    }
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    let body = schema.as_str().and_then(|reference| document.pointer(reference.trim_start_matches('#')));
    let needed =
        |name: &str| body.is_some_and(|body| body["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name)));
    for (name, member) in body.and_then(|body| body["properties"].as_object()).into_iter().flatten() {
        takes.push((name.clone(), text(&member["description"]), needed(name)));
    }
    let method = method.to_uppercase();
    let address = path.replace(['{', '}'], "");
    let mut curl = format!("curl -H \"Authorization: Bearer $TOKEN\" {base}{address}");
    if method != "GET" {
        curl = curl.replacen("curl", &format!("curl -X {method}"), 1);
    }
    if ["PATCH", "DELETE"].contains(&method.as_str()) {
        curl.push_str(" -H 'If-Match: \"…\"'");
    }
    if body.is_some() {
        curl.push_str(" -H 'Content-Type: application/json' -d '{ … }'");
    }
    let answers = operation["responses"].as_object().into_iter().flatten().map(|(status, _)| status.as_str());
    Operation {
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        about: text(&operation["description"]),
        takes,
        answers: answers.collect::<Vec<_>>().join(", "),
        curl,
        method,
    }
}
