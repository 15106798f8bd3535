//! What the room shows on Today, on other rooms' pages, and in the search.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use platform::{
    Cx,
    access::Standing,
    room::{Place, Subject},
    search, secret,
    testing::{Bench, on_both},
};

use super::world::{self, AMARA, DENISE, HARRIET, ROSALIND, import_demo, settle};

async fn cx(bench: &Bench, person: &str) -> (Cx, Arc<Standing>) {
    let (mut parts, ()) = axum::http::Request::new(()).into_parts();
    let Ok(mut cx) = Cx::from_request_parts(&mut parts, &bench.app).await;
    let who = world::identify().by_session(&bench.app.db, secret::token_hash(person), world::now()).await.expect("an answer");
    let who = Arc::new(who.expect("somebody of the demo"));
    cx.who = Some(Arc::clone(&who));
    (cx, who)
}

async fn sheets(bench: &Bench, person: &str) -> Vec<String> {
    let (cx, who) = cx(bench, person).await;
    let mut drawn = Vec::new();
    for sheet in bench.app.house.rooms().iter().filter(|room| room.name == "partnerships").flat_map(|room| &room.today) {
        drawn.extend((sheet.draw)(&cx, &who).await.expect("a sheet"));
    }
    drawn
}

#[tokio::test]
async fn today_shows_each_the_own_part() {
    on_both(world::now(), world::house, world::identify, async |bench| {
        settle(&bench).await;
        let head = "visit,partnership,date,hours,person,mode,note\r\n";
        let rows = "v1,linden-grove,2021-10-05,7,amara.osei@example.org,on-site,Data team\r\n\
            v2,linden-grove,2021-10-01,7,amara.osei@example.org,on-site,Last week\r\n";
        assert!(world::import_text(&bench, "visits", &format!("{head}{rows}")).await.is_clean());
        let amara = sheets(&bench, AMARA).await;
        assert_eq!(amara.len(), 1, "{amara:?}");
        assert!(
            amara[0].contains("3½ days a week with Linden Grove Elementary.") && amara[0].contains("Data team"),
            "{}",
            amara[0]
        );
        assert!(!amara[0].contains("Last week") && amara[0].contains("/partnerships/linden-grove/visits/new"));
        let denise = sheets(&bench, DENISE).await;
        assert_eq!(denise.len(), 1);
        assert!(denise[0].contains("Amara Osei") && denise[0].contains("Rosalind Quintero") && denise[0].contains("Last week"));
        let rosalind = sheets(&bench, ROSALIND).await.concat();
        assert!(rosalind.contains("Partnerships you look after") && rosalind.contains("Linden Grove"), "{rosalind}");
        assert!(sheets(&bench, HARRIET).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn persons_and_teams_show_their_partnerships() {
    on_both(world::now(), world::house, world::identify, async |bench| {
        settle(&bench).await;
        import_demo(&bench, "visits", "visits").await;
        let (for_rosalind, _) = cx(&bench, ROSALIND).await;
        let (for_denise, _) = cx(&bench, DENISE).await;
        let subject = |kind, key: &str| Subject { kind, key: key.to_owned(), title: String::new(), href: String::new() };
        let house = &bench.app.house;
        let amara = subject("person", AMARA);
        let drawn = house.panels(&for_rosalind, &amara, Place::Main).await.expect("panels").concat();
        assert!(drawn.contains("/partnerships/linden-grove") && drawn.contains("Coaches 3 people there."), "{drawn}");
        let drawn = house.panels(&for_denise, &amara, Place::Main).await.expect("panels").concat();
        assert!(drawn.contains("/partnerships/linden-grove") && !drawn.contains("Coaches"), "{drawn}");
        let hollis = subject("person", "hollis-grant");
        assert!(house.panels(&for_denise, &hollis, Place::Main).await.expect("panels").is_empty(), "another school's partner");
        let lakes = subject("team", "lakes");
        let drawn = house.panels(&for_rosalind, &lakes, Place::Main).await.expect("panels").concat();
        assert!(drawn.contains("Linden Grove Elementary") && drawn.contains("planned days delivered"), "{drawn}");
        assert!(house.panels(&for_denise, &lakes, Place::Main).await.expect("panels").is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_partner_finds_the_own_partnership_and_no_other() {
    on_both(world::now(), world::house, world::identify, async |bench| {
        settle(&bench).await;
        let db = &bench.app.db;
        let (_, denise) = cx(&bench, DENISE).await;
        let (_, amara) = cx(&bench, AMARA).await;
        let find = async |who: &Standing, words: &str| {
            let hits = search::find(db.read(), db.engine(), who, words, 20).await.expect("hits");
            hits.into_iter().map(|hit| hit.href).collect::<Vec<_>>()
        };
        assert_eq!(find(&denise, "linden gro").await, ["/partnerships/linden-grove"]);
        assert!(find(&denise, "juniper").await.is_empty());
        assert_eq!(find(&amara, "juniper hill").await, ["/partnerships/juniper-hill", "/sites/juniper-hill"]);
    })
    .await;
}
