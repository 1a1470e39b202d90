//! Amendments and extensions: applications of their own, linked to the share that they change.

use casework::event::Relation;
use register::vocabulary::Outcome;
use store::Publisher;

use super::staff::office;

#[tokio::test]
async fn a_share_is_extended_by_another_and_both_say_so_in_public() {
    let office = office();
    office.agreed("DS-2026-0001");
    let mut applicant = office.site.signed_in(office.applicant);
    let page = "/desk/case/DS-2026-0001/follow";
    assert_eq!(applicant.submit(page, page, &[("how", "")]).await.status, 422);
    let begun = applicant.submit(page, page, &[("how", "extend")]).await;
    assert_eq!(begun.location(), "/desk/application/DS-2026-0002");
    let new = office.case("DS-2026-0002");
    assert_eq!(new.relation, Some(Relation::Extends("DS-2026-0001".to_owned())));
    office.agree_on("DS-2026-0002");
    assert_eq!(office.case("DS-2026-0001").followed_by, ["DS-2026-0002"]);
    office.site.desk.publish_now().unwrap();
    let publisher = Publisher::open(office.site.desk.data().clone()).unwrap();
    let kinds = |reference: &str| {
        let share = publisher.register().share(reference).unwrap();
        share.facts.iter().map(|fact| fact.body.kind().code()).collect::<Vec<_>>()
    };
    assert_eq!(kinds("DS-2026-0001").last(), Some(&"share-extended"));
    assert_eq!(kinds("DS-2026-0002").last(), Some(&"share-agreed"));
}

#[tokio::test]
async fn only_what_is_agreed_is_followed_and_only_by_its_own_organisation() {
    let office = office();
    office.decided("DS-2026-0001", Outcome::Approved);
    let mut applicant = office.site.signed_in(office.applicant);
    assert_eq!(applicant.get("/desk/case/DS-2026-0001/follow").await.status, 403);
    let mut officer = office.site.signed_in(office.officer);
    assert_eq!(officer.get("/desk/case/DS-2026-0001/follow").await.status, 403);
}
