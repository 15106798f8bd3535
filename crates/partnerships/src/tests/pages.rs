//! What people see.

use platform::testing::on_both;

use super::world::{self, AMARA, DENISE, HARRIET, THEO, import_demo, settle, visitor};

/// Every page of the room that is about no form.
const PAGES: [&str; 23] = [
    "/partnerships",
    "/partnerships?sort=-start",
    "/partnerships?sort=share&model=intensive",
    "/partnerships?status=closed",
    "/partnerships?q=nowhere",
    "/partnerships/export/csv",
    "/partnerships/export/xlsx?team=lakes",
    "/partnerships/linden-grove",
    "/sites",
    "/sites?kind=district&sort=-students",
    "/sites/export/csv",
    "/sites/millbrook-usd",
    "/support-models",
    "/partnerships/new",
    "/partnerships/linden-grove/edit",
    "/partnerships/linden-grove/people",
    "/partnerships/linden-grove/staff/new",
    "/partnerships/linden-grove/staff/amara-osei.lead.2021-08-23/edit",
    "/partnerships/linden-grove/visits",
    "/partnerships/linden-grove/visits?person=amara-osei&mode=on-site&month=2021-09",
    "/partnerships/linden-grove/visits/new",
    "/partnerships/linden-grove/visits/export/csv",
    "/sites/linden-grove/edit",
];

#[tokio::test]
async fn every_page_opens_for_staff() {
    on_both(world::now(), world::house, world::identify, async |bench| {
        settle(&bench).await;
        import_demo(&bench, "visits", "visits").await;
        let mut theo = visitor(&bench, THEO);
        for path in PAGES {
            let reply = theo.get(path).await;
            assert_eq!(reply.status, 200, "{path}");
            if let Ok(folder) = std::env::var("EVERBETTER_TEST_PAGES") {
                let name = path.replace(['/', '?', '=', '&'], "_");
                std::fs::write(format!("{folder}/{name}.html"), &reply.bytes).expect("a page to look at");
            }
        }
        let page = theo.get("/partnerships/linden-grove").await.text();
        assert!(page.contains("Our second year together, in Millbrook Unified School District."), "{page}");
        assert!(page.contains("3½ days a week"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn a_partner_is_led_to_the_own_partnership_and_sees_no_other() {
    on_both(world::now(), world::house, world::identify, async |bench| {
        settle(&bench).await;
        let mut denise = visitor(&bench, DENISE);
        let reply = denise.get("/partnerships").await;
        assert_eq!((reply.status.as_u16(), reply.location()), (303, "/partnerships/linden-grove"));
        assert_eq!(denise.get("/partnerships/linden-grove").await.status, 200);
        assert_eq!(denise.get("/partnerships/juniper-hill").await.status, 404);
        assert_eq!(denise.get("/partnerships/export/csv").await.status, 403);
        assert_eq!(denise.get("/sites").await.status, 403);
        assert_eq!(denise.get("/sites/linden-grove").await.status, 404);
        let mut harriet = visitor(&bench, HARRIET);
        assert_eq!(harriet.get("/partnerships").await.status, 403);
        assert_eq!(harriet.get("/partnerships/linden-grove").await.status, 404);
        assert_eq!(harriet.get("/support-models").await.status, 403);
        let mut amara = visitor(&bench, AMARA);
        assert_eq!(amara.get("/partnerships/linden-grove").await.status, 200);
        assert_eq!(amara.get("/partnerships/new").await.status, 403);
        assert_eq!(amara.get("/partnerships/linden-grove/edit").await.status, 403);
    })
    .await;
}
