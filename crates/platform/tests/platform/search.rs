use platform::{
    Error,
    access::{Kind, Standing, Via},
    db::PersonId,
    room::Subject,
    search::{self, Audience},
};

use crate::{in_a_bare_house, morning};

pub fn somebody(kind: Kind, works_at: Option<&str>) -> Standing {
    Standing {
        person: PersonId(platform::clock::new_id(morning())),
        slug: "x".to_owned(),
        name: "X".to_owned(),
        kind,
        seats: vec![],
        works_at: works_at.map(str::to_owned),
        via: Via::Token,
    }
}

fn subject(key: &str, title: &str) -> Subject {
    Subject { kind: "thing", key: key.to_owned(), title: title.to_owned(), href: format!("/{key}") }
}

#[tokio::test]
async fn beginnings_without_accents_find_what_these_eyes_may_see() {
    in_a_bare_house(async |bench| {
        let db = &bench.app.db;
        db.write(async |tx| {
            search::put(tx, db.engine(), &subject("1.2", "Rentería’s plan"), "a plan", "", &Audience::Everyone).await?;
            search::put(tx, db.engine(), &subject("b", "Rental list"), "", "", &Audience::Staff).await?;
            search::put(tx, db.engine(), &subject("c", "Renton School"), "", "", &Audience::Site("renton".to_owned())).await?;
            search::put(tx, db.engine(), &subject("b", "Rentals, all of them"), "", "", &Audience::Staff).await?;
            Ok::<_, Error>(())
        })
        .await
        .expect("documents");
        let titles = async |who: &Standing, words: &str| -> Vec<String> {
            let hits = search::find(db.read(), db.engine(), who, words, 10).await.expect("a search");
            hits.into_iter().map(|hit| hit.title).collect()
        };
        let staff = somebody(Kind::Staff, None);
        assert_eq!(titles(&staff, "renteria").await, ["Rentería’s plan"]);
        assert_eq!(titles(&staff, "REN").await.len(), 3);
        assert_eq!(titles(&staff, "rentals").await, ["Rentals, all of them"], "the newer text took the older one's place");
        assert_eq!(titles(&staff, "1.2 plan").await, ["Rentería’s plan"]);
        assert_eq!(titles(&staff, "' or 1=1 -- \"*").await, Vec::<String>::new());
        assert_eq!(titles(&somebody(Kind::Partner, Some("renton")), "ren").await.len(), 2);
        assert_eq!(titles(&somebody(Kind::Partner, Some("elsewhere")), "ren").await, ["Rentería’s plan"]);
        assert_eq!(titles(&somebody(Kind::Alumnus, None), "ren").await, ["Rentería’s plan"]);
        db.write(async |tx| search::remove(tx, db.engine(), "thing", "b").await).await.expect("a removal");
        assert_eq!(titles(&staff, "rentals").await, Vec::<String>::new());
    })
    .await;
}
