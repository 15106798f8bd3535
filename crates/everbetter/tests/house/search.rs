use crate::world::{in_the_world, visitor};

#[tokio::test]
async fn one_search_finds_people_partnerships_practices_and_pages() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        for (words, found) in [
            ("lind", "Eva Lindqvist"),
            ("ALDER", "Alder Elementary"),
            ("2.2.3", "coachee list"),
            ("partnerships", "Partnerships"),
        ] {
            let page = ada.get(&format!("/search?q={words}")).await;
            assert_eq!(page.status, 200);
            assert!(page.text().contains(found), "{words}: {}", page.text());
        }
        let nothing = ada.get("/search?q=zzzz").await;
        assert!(nothing.text().contains("Nothing goes by that name"));
    })
    .await;
}

#[tokio::test]
async fn a_partner_finds_the_own_partnership_only_and_an_alumnus_none() {
    in_the_world(async |bench| {
        let mut pia = visitor(bench, "pia");
        assert!(pia.get("/search?q=alder&format=json").await.body.contains("Alder Elementary"));
        assert!(!pia.get("/search?q=birch&format=json").await.body.contains("Birch Middle"));
        assert!(!pia.get("/search?q=ben&format=json").await.body.contains("Ben Okoro"));
        let mut lena = visitor(bench, "lena");
        assert_eq!(lena.get("/search?q=alder&format=json").await.body, "[]");
        assert!(lena.get("/search?q=2.2.3&format=json").await.body.contains("/practices/2.2.3"));
    })
    .await;
}
