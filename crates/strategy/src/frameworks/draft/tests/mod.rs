//! The next version, as people write it: Cleo leads the programme and begins, Dee directs, Ines works in schools, Pat is a
//! principal.

mod files;
pub(in crate::frameworks) mod publishing;
mod writing;

use platform::{
    db,
    testing::{Bench, Reply},
};

use crate::world::visitor;

pub(in crate::frameworks) const DRAFT: &str = "/practices/draft";

/// Begins a draft as Cleo.
pub(in crate::frameworks) async fn begin(bench: &Bench) {
    let fields = [("title", "VI-PIT"), ("note", "What October taught us."), ("approvals", "2")];
    let reply = visitor(bench, "cleo").post(DRAFT, &fields).await;
    assert_eq!((reply.status.as_u16(), reply.location()), (303, DRAFT), "{}", reply.text());
}

/// The number that the draft has given to the practice of that code.
pub(super) async fn number_of(bench: &Bench, code: &str) -> i32 {
    #[derive(platform::db::FromQueryResult)]
    struct Row {
        number: i32,
        says: String,
    }
    let sql = "select number, says from framework_draft_practice where state in ('stands', 'retired') order by number";
    let rows = db::rows::<Row>(bench.app.db.read(), sql, vec![]).await.expect("rows");
    let says = format!("\"code\":\"{code}\"");
    rows.into_iter().find(|row| row.says.contains(&says)).map(|row| row.number).expect("a line of that code")
}

pub(in crate::frameworks) async fn href(bench: &Bench, code: &str) -> String {
    format!("{DRAFT}/practices/{}", number_of(bench, code).await)
}

/// The fields of a page's own form as they stand in it, some of them with other values.
pub(super) fn fields(page: &Reply, others: &[(&str, &str)]) -> Vec<(String, String)> {
    let form = page.body.split("data-guard>").nth(1).and_then(|rest| rest.split("</form>").next()).expect("a form");
    let mut fields = Vec::new();
    let attribute = |tag: &str, name: &str| {
        let rest = tag.split(&format!(" {name}=\"")).nth(1)?;
        Some(rest.split('"').next().unwrap_or_default().to_owned())
    };
    for part in form.split('<').skip(1) {
        let (tag, after) = part.split_once('>').unwrap_or((part, ""));
        let Some(name) = attribute(tag, "name").filter(|name| name != "_csrf") else { continue };
        if tag.starts_with("textarea") {
            fields.push((name, after.trim_start_matches('\n').to_owned()));
        } else if tag.starts_with("select") {
            let own = form.split(&format!("name=\"{name}\"")).nth(1).and_then(|rest| rest.split("</select>").next());
            let chosen = own.and_then(|own| own.split("<option ").find(|option| option.contains(" selected")));
            let value = chosen.and_then(|option| option.split("value=\"").nth(1)).and_then(|rest| rest.split('"').next());
            fields.push((name, value.unwrap_or_default().to_owned()));
        } else if !tag.contains("checkbox") || tag.contains(" checked") {
            fields.push((name, attribute(tag, "value").unwrap_or_default()));
        }
    }
    for (name, value) in others {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let plain = |text: &str| text.replace("&#39;", "'").replace("&quot;", "\"").replace("&#38;", "&").replace("&amp;", "&");
    fields.into_iter().map(|(name, value)| (name, plain(&value))).collect()
}

/// Sends a line's form as it stands, some fields with other values.
pub(in crate::frameworks) async fn send(bench: &Bench, who: &str, code: &str, others: &[(&str, &str)]) -> Reply {
    let href = href(bench, code).await;
    let page = visitor(bench, who).get(&href).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let fields = fields(&page, others);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    visitor(bench, who).post(&href, &fields).await
}

pub(super) async fn look(bench: &Bench) -> String {
    let reply = visitor(bench, "ines").get(DRAFT).await;
    assert_eq!(reply.status, 200);
    reply.text()
}
