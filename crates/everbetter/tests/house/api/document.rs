//! The document lists exactly the routes, and `docs/openapi.json` is its copy: `EVERBETTER_ACCEPT=1 cargo test -p everbetter
//! --test house document` writes it anew.

use std::{collections::BTreeSet, path::Path};

use platform::{db::Engine, testing::Visitor};

use crate::world::world;

#[tokio::test]
async fn the_document_and_the_routes_are_the_same() {
    let bench = world(Engine::Sqlite).await;
    let document = Visitor::new(&bench).get("/api/openapi.json").await.json();
    let told: BTreeSet<String> = document["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().expect("methods").keys().map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let routes: BTreeSet<String> = bench
        .routes
        .iter()
        .filter(|route| route.path.starts_with("/api/v1"))
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(told, routes);
    assert!(told.len() > 20, "{told:?}");

    let text = format!("{}\n", serde_json::to_string_pretty(&document).expect("JSON"));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    if std::env::var_os("EVERBETTER_ACCEPT").is_some() {
        std::fs::write(&file, &text).expect("docs/openapi.json can be written");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == text, "docs/openapi.json says something else; the head of this test says how to write it anew");
}

#[tokio::test]
async fn the_page_tells_every_operation_and_problem() {
    let bench = world(Engine::Sqlite).await;
    let page = Visitor::new(&bench).get("/api").await;
    assert_eq!(page.status, 200);
    for route in bench.routes.iter().filter(|route| route.path.starts_with("/api/v1")) {
        assert!(page.body.contains(&format!("{} {}", route.method, route.path)), "{} {}", route.method, route.path);
    }
    for kind in platform::api::KINDS {
        assert!(page.body.contains(&format!("id=\"problem-{}\"", kind.name)), "{}", kind.name);
    }
}

#[tokio::test]
async fn a_document_that_one_has_already_is_not_sent_again() {
    let bench = world(Engine::Sqlite).await;
    let mut anybody = Visitor::new(&bench);
    let path = "/api/openapi.json";
    let first = anybody.get(path).await;
    assert_eq!(first.headers["content-type"], "application/json");
    let tag = super::etag(&first);
    let again = anybody.send(axum::http::Method::GET, path, &[("if-none-match", &tag)], None).await;
    assert_eq!((again.status.as_u16(), again.body.as_str(), super::etag(&again)), (304, "", tag));
    assert_eq!(anybody.send(axum::http::Method::GET, path, &[("if-none-match", "\"x\"")], None).await.status, 200);
}
