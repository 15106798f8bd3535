//! One's own page, and what only oneself may do.

use platform::testing::{Visitor, on_both};

use crate::world::{ADA, DARIO, IVO, OLLE, PASSWORD, PRIYA, count, house, now, settle, signed_in, visitor};

#[tokio::test]
async fn a_token_is_shown_once_and_stops_when_revoked() {
    on_both(now(), house, people::identity, async |bench| {
        settle(&bench).await;
        let mut ivo = signed_in(&bench, IVO).await;
        assert_eq!(ivo.post("/people/ivo-novak/tokens", &[("name", ""), ("term", "90")]).await.status, 422);
        let made = ivo.post("/people/ivo-novak/tokens", &[("name", "Friday letter"), ("term", "30")]).await;
        let start = made.body.find("<code>eb_").expect("the token") + "<code>".len();
        let token = made.body[start..].split('<').next().expect("its end").to_owned();
        let list = ivo.get("/people/ivo-novak/tokens").await;
        assert!(
            list.text().contains("Friday letter") && list.text().contains("Until 24 December") && !list.body.contains(&token)
        );
        let mut program = Visitor::with_token(&bench, &token);
        assert_eq!(program.get("/people").await.status, 200);
        assert_eq!(program.get("/people/ivo-novak/tokens").await.status, 403, "a token makes no tokens");
        assert!(ivo.get("/people/ivo-novak/tokens").await.text().contains("Today at 09:00"));
        let start = list.body.find("/people/ivo-novak/tokens/").expect("the form");
        let way = list.body[start..].split('"').next().expect("its end").to_owned();
        let mut ada = signed_in(&bench, ADA).await;
        assert_eq!(ada.post(&way, &[]).await.status, 403);
        assert_eq!(ivo.post(&way, &[]).await.status, 303);
        assert_ne!(program.get("/people").await.status, 200);
        assert_eq!(ivo.post(&way, &[]).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_token_ends_by_itself() {
    on_both(now(), house, people::identity, async |bench| {
        settle(&bench).await;
        let mut ivo = signed_in(&bench, IVO).await;
        let made = ivo.post("/people/ivo-novak/tokens", &[("name", "Friday letter"), ("term", "30")]).await;
        let start = made.body.find("<code>eb_").expect("the token") + "<code>".len();
        let mut program = Visitor::with_token(&bench, made.body[start..].split('<').next().expect("its end"));
        bench.app.clock.advance(chrono::TimeDelta::days(29));
        assert_eq!(program.get("/people").await.status, 200);
        bench.app.clock.advance(chrono::TimeDelta::days(2));
        assert_ne!(program.get("/people").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn partners_and_alumni_see_their_own_page_only() {
    on_both(now(), house, people::identity, async |bench| {
        settle(&bench).await;
        for (email, own) in [(PRIYA, "/people/priya-nair"), (OLLE, "/people/olle-berg")] {
            let mut visitor = visitor(&bench, email).await;
            assert_eq!(visitor.get(own).await.status, 200);
            assert_eq!(visitor.get(&format!("{own}/edit")).await.status, 200);
            for other in ["/people/ada-byrne", "/people/ada-byrne/edit", "/people/nobody", "/teams/lakes"] {
                assert_eq!(visitor.get(other).await.status, 404, "{email} {other}");
            }
            for list in ["/people", "/people/export/csv", "/people/new", "/people/invitations", "/teams"] {
                assert_eq!(visitor.get(list).await.status, 403, "{email} {list}");
            }
            assert_eq!(visitor.post("/people/ada-byrne/edit", &[("name", "X"), ("version", "1")]).await.status, 404);
        }
        let mut ivo = visitor(&bench, IVO).await;
        let page = ivo.get("/people/priya-nair").await;
        assert!(page.text().contains("Linden grove") && !page.body.contains("/people/priya-nair/edit"));
        assert_eq!(ivo.get("/people/priya-nair/edit").await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn two_who_edit_at_once_see_both_texts() {
    on_both(now(), house, people::identity, async |bench| {
        settle(&bench).await;
        let (mut ivo, mut dario) = (visitor(&bench, IVO).await, visitor(&bench, DARIO).await);
        let way = "/people/ivo-novak/edit";
        assert!(!ivo.get(way).await.body.contains("name=\"email\""), "an address is for those who answer for him");
        let his =
            [("name", "Ivo Novák"), ("title", "Partner of two schools"), ("about", "Ask me about silence."), ("version", "1")];
        assert_eq!(ivo.post(way, &his).await.status, 303);
        let hers = [
            ("name", "Ivo Novák"),
            ("title", "Improvement partner, Lakes"),
            ("email", IVO),
            ("kind", "staff"),
            ("started_on", "2026-10-12"),
            ("version", "1"),
        ];
        let reply = dario.post(way, &hers).await;
        assert_eq!(reply.status, 422);
        let text = reply.text();
        assert!(text.contains("You wrote Improvement partner, Lakes Stands there now Partner of two schools"), "{text}");
        assert!(text.contains("You wrote Nothing Stands there now Ask me about silence."), "{text}");
        assert!(reply.body.contains("name=\"version\" value=\"2\""));
        assert!(ivo.get("/people/ivo-novak").await.text().contains("Partner of two schools"), "nothing was overwritten");
        let mut again = hers;
        again[5] = ("version", "2");
        assert_eq!(dario.post(way, &again).await.status, 303);
        assert!(ivo.get("/people/ivo-novak").await.text().contains("Improvement partner, Lakes"));
    })
    .await;
}

#[tokio::test]
async fn what_others_keep_does_not_change_by_ones_own_hand() {
    on_both(now(), house, people::identity, async |bench| {
        settle(&bench).await;
        let mut ivo = visitor(&bench, IVO).await;
        let sly = [("name", "Ivo"), ("email", ADA), ("kind", "partner"), ("works_at", "linden-grove"), ("version", "1")];
        assert_eq!(ivo.post("/people/ivo-novak/edit", &sly).await.status, 303);
        assert_eq!(
            count(&bench, "select count(*) from person where email = 'ivo.novak@example.org' and kind = 'staff'").await,
            1
        );
        let mut dario = visitor(&bench, DARIO).await;
        assert_eq!(dario.get("/people/ada-byrne/edit").await.status, 403, "a director does not answer for the chief");
        let taken = [("name", "Ivo"), ("email", ADA), ("kind", "staff"), ("version", "2")];
        let reply = dario.post("/people/ivo-novak/edit", &taken).await;
        assert!(reply.status == 422 && reply.text().contains("Somebody else has this address."));
    })
    .await;
}

#[tokio::test]
async fn a_new_password_asks_for_the_one_before_and_signs_out_elsewhere() {
    on_both(now(), house, people::identity, async |bench| {
        settle(&bench).await;
        let mut here = signed_in(&bench, IVO).await;
        let mut there = Visitor::new(&bench);
        assert_eq!(there.post("/sign-in", &[("email", IVO), ("password", PASSWORD)]).await.status, 303);
        let list = here.get("/people/ivo-novak/sessions").await.text();
        assert!(list.contains("This one") && list.contains("Sign out everywhere else"), "{list}");
        let new = "seven quiet herons wait";
        let way = "/people/ivo-novak/password";
        assert_eq!(here.post(way, &[("now", "wrong"), ("password", new)]).await.status, 422);
        assert_eq!(here.post(way, &[("now", PASSWORD), ("password", "short")]).await.status, 422);
        assert_eq!(there.get("/people").await.status, 200);
        assert_eq!(here.post(way, &[("now", PASSWORD), ("password", new)]).await.status, 303);
        assert_eq!(here.get("/people").await.status, 200);
        assert_ne!(there.get("/people").await.status, 200);
        assert_eq!(there.post("/sign-in", &[("email", IVO), ("password", PASSWORD)]).await.status, 422);
        assert_eq!(there.post("/sign-in", &[("email", IVO), ("password", new)]).await.status, 303);
        assert_eq!(here.post("/people/ivo-novak/sessions/closure", &[]).await.status, 303);
        assert_ne!(there.get("/people").await.status, 200);
        assert_eq!(here.get("/people/ada-byrne/sessions").await.status, 403);
    })
    .await;
}
