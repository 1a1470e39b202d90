//! What is withheld is nowhere in what programs fetch.

use axum::http::Method;
use register::Salt;

use super::walk;
use crate::support::site::{demonstration, request};

#[tokio::test]
async fn no_withheld_text_is_in_any_answer_and_each_says_its_ground() {
    let site = demonstration();
    let mut count = 0_u64;
    let drafts = server::demo::drafts(&mut || {
        count += 1;
        let mut salt = [0; 32];
        salt[..8].copy_from_slice(&count.to_be_bytes());
        Salt(salt)
    });
    let withheld: Vec<String> =
        drafts.iter().flat_map(|draft| &draft.withheld).map(|text| text.value().to_owned()).collect();
    assert!(withheld.len() >= 3, "the demonstration withholds texts");
    let mut addresses: Vec<String> = [
        "/api/v1/register",
        "/api/v1/decisions?limit=100",
        "/api/v1/facets",
        "/api/v1/releases?limit=100",
        "/api/v1/datasets",
        "/api/v1/datasets/school-census",
        "/api/v1/datasets/school-census/items?limit=100",
        "/api",
        "/catalogue.jsonld",
        "/sitemap/shares-1.xml",
        "/sitemap/datasets-1.xml",
        "/sitemap/items-1.xml",
    ]
    .map(str::to_owned)
    .to_vec();
    for row in walk(&site, "/api/v1/shares?limit=100").await {
        addresses.push(row["address"].as_str().unwrap().to_owned());
        addresses.push(row["page"].as_str().unwrap().to_owned());
    }
    for before in (0..site.size() + 50).step_by(50) {
        addresses.push(format!("/feed.atom?before={before}"));
        addresses.push(format!("/api/v1/statements?limit=50&after={before}"));
    }
    for index in 0..site.size() {
        addresses.push(format!("/api/v1/statements/{index}"));
    }
    let mut grounds = 0;
    for address in &addresses {
        let answer = request(&site, Method::GET, address, &[("host", "register.example")]).await;
        for text in &withheld {
            // A piece from the middle, as it stands and as JSON and XML would write it.
            let piece: String =
                text.chars().skip(3).take(24).take_while(|letter| !"\"&<>'’\n".contains(*letter)).collect();
            assert!(piece.chars().count() < 8 || !answer.text.contains(&piece), "{address} holds a withheld text");
        }
        grounds += answer.text.matches("\"state\":\"withheld\"").count();
    }
    assert!(grounds >= withheld.len(), "{grounds}");
    // Whoever looks for a withheld word finds nothing by it.
    for text in &withheld {
        let piece: String = text.chars().filter(|letter| *letter != '"').take(60).collect();
        let query: String = form_urlencoded::byte_serialize(format!("\"{piece}\"").as_bytes()).collect();
        assert!(walk(&site, &format!("/api/v1/shares?q={query}")).await.is_empty(), "found by a withheld text");
    }
}
