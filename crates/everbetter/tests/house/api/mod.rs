//! Programs ask and change things, in the named world, on both databases.

mod changing;
mod cycles;
mod document;
mod drafts;
mod drafts_end;
mod limits;
mod once;
mod reading;
mod theories;

use platform::testing::{Bench, Reply, Visitor};

use crate::world::give_token;

/// One of the people's programs.
async fn program(bench: &Bench, name: &str) -> Visitor {
    let token = format!("{name}'s token");
    give_token(bench, &format!("{name}@example.org"), &token).await;
    Visitor::with_token(bench, &token)
}

/// That this is a problem of the kind, and nothing else.
fn is_problem(reply: &Reply, status: u16, kind: &str) {
    assert_eq!(reply.status.as_u16(), status, "{}", reply.body);
    assert_eq!(reply.headers["content-type"], "application/problem+json", "{}", reply.body);
    let problem = reply.json();
    assert_eq!(problem["type"], format!("http://everbetter.test/api#problem-{kind}"), "{problem}");
    assert_eq!(problem["status"], status);
    assert!(!problem["title"].as_str().expect("a title").is_empty() && !problem["detail"].as_str().expect("words").is_empty());
}

fn etag(reply: &Reply) -> String {
    reply.headers["etag"].to_str().expect("a tag").to_owned()
}
