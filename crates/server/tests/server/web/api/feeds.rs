//! Feeds, the catalogue, sitemaps, and what pages say of themselves elsewhere.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;
use server::web::{Settings, Site, Source, router};
use tower::ServiceExt;

use super::walk;
use crate::support::site::{Answer, TODAY, TestSite, demonstration, get, header, request};

async fn fetch(site: &TestSite, address: &str) -> Answer {
    let answer = request(site, Method::GET, address, &[("host", "register.example")]).await;
    assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.text);
    answer
}

/// The texts of all elements of this name, and the values of this attribute of all elements of that.
fn texts(xml: &str, element: &str) -> Vec<String> {
    let mut reader = Reader::from_str(xml);
    let (mut found, mut inside) = (Vec::new(), None::<String>);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) if start.name().as_ref() == element => inside = Some(String::new()),
            Event::Text(text) => {
                if let Some(inside) = &mut inside {
                    inside.push_str(&text);
                }
            }
            Event::End(end) if end.name().as_ref() == element => found.extend(inside.take()),
            Event::Eof => return found,
            _ => {}
        }
    }
}

/// The address of the feed's link of this relation: those of entries come after the first entry begins.
fn link(xml: &str, relation: &str) -> Option<String> {
    let head = xml.split("<entry>").next().unwrap();
    let tag = head.split("<link ").skip(1).find(|link| link.starts_with(&format!("rel=\"{relation}\"")))?;
    Some(tag.split("href=\"").nth(1)?.split('"').next()?.replace("&amp;", "&"))
}

/// Every entry's identity, page by page.
async fn identities(site: &TestSite, address: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut next = Some(address.to_owned());
    while let Some(address) = next {
        let xml = fetch(site, &address).await.text;
        let ids = texts(&xml, "id");
        assert!(ids.len() <= 51, "{}", ids.len());
        all.extend(ids.into_iter().skip(1));
        next = link(&xml, "next").map(|next| next.strip_prefix("http://register.example").unwrap().to_owned());
    }
    all
}

#[tokio::test]
async fn the_feed_of_everything_holds_every_change_once_newest_first() {
    let site = demonstration();
    let xml = fetch(&site, "/feed.atom").await;
    assert_eq!(header(&xml, "content-type"), "application/atom+xml; charset=utf-8");
    assert_eq!(texts(&xml.text, "entry").len(), 50);
    let updated = texts(&xml.text, "updated");
    assert_eq!(updated[0], updated[1], "the feed is as new as its newest entry");
    assert!(updated.is_sorted_by(|a, b| a >= b));
    let all = identities(&site, "/feed.atom").await;
    let distinct: BTreeSet<&String> = all.iter().collect();
    assert_eq!(distinct.len(), all.len());
    assert_eq!(all.len(), walk(&site, "/api/v1/changes?limit=100").await.len());
    assert!(all.iter().all(|id| id.starts_with("urn:uuid:")));
}

#[tokio::test]
async fn feeds_of_parts_hold_the_same_entries_and_only_theirs() {
    let site = demonstration();
    let everything: BTreeSet<String> = identities(&site, "/feed.atom").await.into_iter().collect();
    let recipient = &site.register().recipients()[0].slug;
    let dataset = walk(&site, "/api/v1/datasets").await.remove(0);
    for address in [
        format!("/recipient/{recipient}/feed.atom"),
        dataset["feed"].as_str().unwrap().to_owned(),
        "/find.atom?status=refused".to_owned(),
        "/find.atom?q=school&channel=panel".to_owned(),
    ] {
        let entries = identities(&site, &address).await;
        assert!(!entries.is_empty() && entries.len() < everything.len(), "{address}: {}", entries.len());
        assert!(entries.iter().all(|entry| everything.contains(entry)), "{address}");
    }
    let refused = walk(&site, "/api/v1/shares?status=refused").await.len();
    let decided = fetch(&site, "/find.atom?status=refused").await.text.matches("Decision made").count();
    assert!(decided >= refused, "{decided} {refused}");
    assert!(identities(&site, "/find.atom?q=zzzzqqqq").await.is_empty());
    for address in ["/recipient/nobody/feed.atom", "/dataset/none/feed.atom"] {
        let answer = request(&site, Method::GET, address, &[("host", "register.example")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
    }
}

#[tokio::test]
async fn what_is_published_on_top_moves_no_entry_of_a_later_page_and_changes_no_identity() {
    let site = demonstration();
    let before = identities(&site, "/feed.atom").await;
    let second = link(&fetch(&site, "/feed.atom").await.text, "next").unwrap();
    let second = second.strip_prefix("http://register.example").unwrap();
    let page = texts(&fetch(&site, second).await.text, "id");
    site.publish_another_share();
    assert_eq!(texts(&fetch(&site, second).await.text, "id"), page);
    let after = identities(&site, "/feed.atom").await;
    assert_eq!(after[after.len() - before.len()..], before[..]);
}

#[tokio::test]
async fn no_name_can_break_a_feed() {
    let site = demonstration();
    site.publish_another_share();
    let xml = fetch(&site, "/feed.atom").await.text;
    assert!(!xml.contains("<b>Bold") && xml.contains("&lt;b&gt;Bold &amp; Sons&lt;/b&gt;"), "{xml}");
}

#[tokio::test]
async fn pages_name_their_feeds_and_describe_themselves() {
    let site = demonstration();
    let share = site.first_share("").await;
    let recipient = format!("/recipient/{}", site.register().recipients()[0].slug);
    for (page, feed) in [
        ("/", Some("/feed.atom".to_owned())),
        ("/find?q=school", Some("/find.atom?q=school".to_owned())),
        (recipient.as_str(), Some(format!("{recipient}/feed.atom"))),
        (share.as_str(), None),
        ("/data", Some("/feed.atom".to_owned())),
    ] {
        let text = get(&site, page).await.text;
        for tag in
            ["name=\"description\"", "property=\"og:title\"", "property=\"og:description\"", "property=\"og:type\""]
        {
            let content = text.split(tag).nth(1).unwrap().split("content=\"").nth(1).unwrap();
            assert!(!content.starts_with('"'), "{page} {tag}");
        }
        if let Some(feed) = feed {
            let wanted = feed.replace('&', "&#38;");
            assert!(
                text.contains("type=\"application/atom+xml\"") && text.contains(&format!("href=\"{wanted}\"")),
                "{page}"
            );
            fetch(&site, &feed).await;
        }
    }
}

#[tokio::test]
async fn the_catalogue_names_every_download_with_its_digest_and_every_dataset() {
    let site = demonstration();
    let answer = fetch(&site, "/catalogue.jsonld").await;
    assert_eq!(header(&answer, "content-type"), "application/ld+json");
    let catalogue: Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(catalogue["@type"], "dcat:Catalog");
    let datasets = catalogue["dcat:dataset"].as_array().unwrap();
    assert_eq!(datasets.len(), 1 + walk(&site, "/api/v1/datasets").await.len());
    let distributions = datasets[0]["dcat:distribution"].as_array().unwrap();
    assert!(distributions.len() >= 4);
    for distribution in distributions {
        let address = distribution["dcat:downloadURL"]["@id"].as_str().unwrap();
        let path = address.strip_prefix("http://register.example/").unwrap();
        let bytes = std::fs::read(site.public().join(path)).unwrap();
        assert_eq!(distribution["dcat:byteSize"], bytes.len().to_string(), "{path}");
        use sha2::Digest;
        let digest: String = sha2::Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(distribution["spdx:checksum"]["spdx:checksumValue"], digest, "{path}");
    }
}

#[tokio::test]
async fn descriptions_for_search_engines_are_json_and_no_script() {
    let site = demonstration();
    let page = get(&site, "/data").await.text;
    let block = page.split("<script type=\"application/ld+json\">").nth(1).unwrap().split("</script>").next().unwrap();
    let description: Value = serde_json::from_str(block).unwrap();
    assert_eq!((&description["@type"], &description["isAccessibleForFree"]), (&"Dataset".into(), &true.into()));
    for dataset in walk(&site, "/api/v1/datasets").await {
        let answer = get(&site, dataset["description"].as_str().unwrap()).await;
        let description: Value = serde_json::from_str(&answer.text).unwrap();
        assert_eq!((&description["@type"], &description["name"]), (&"Dataset".into(), &dataset["name"]));
    }
}

#[tokio::test]
async fn the_sitemap_lists_every_share_recipient_dataset_and_item_once() {
    let site = demonstration();
    let (mut listed, mut entries) = (BTreeSet::new(), 0);
    for part in texts(&fetch(&site, "/sitemap.xml").await.text, "loc") {
        let xml = fetch(&site, part.strip_prefix("http://register.example").unwrap()).await.text;
        let pages = texts(&xml, "loc");
        assert_eq!(texts(&xml, "lastmod").len(), pages.len(), "{part}");
        entries += pages.len();
        listed.extend(pages);
    }
    assert_eq!(listed.len(), entries, "nothing stands twice");
    for page in listed.iter().filter(|page| !page.contains("/share/") && !page.contains("/recipient/")) {
        fetch(&site, page.strip_prefix("http://register.example").unwrap()).await;
    }
    for share in site.register().shares() {
        let address = crate::support::site::share_address(&share.reference);
        assert!(listed.contains(&format!("http://register.example{address}")), "{address}");
    }
    for recipient in site.register().recipients() {
        assert!(listed.contains(&format!("http://register.example/recipient/{}", recipient.slug)));
    }
    for dataset in walk(&site, "/api/v1/datasets").await {
        let page = format!("http://register.example/dataset/{}", dataset["slug"].as_str().unwrap());
        assert!(listed.contains(&page), "{page}");
        for item in walk(&site, dataset["items"].as_str().unwrap()).await {
            assert!(listed.contains(&format!("http://register.example{}", item["page"].as_str().unwrap())), "{item}");
        }
    }
    for address in [
        "/sitemap/shares-0.xml",
        "/sitemap/shares-01.xml",
        "/sitemap/shares-2.xml",
        "/sitemap/datasets-2.xml",
        "/sitemap/items-0.xml",
        "/sitemap/x-1.xml",
    ] {
        let answer = request(&site, Method::GET, address, &[("host", "register.example")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
    }
    assert!(fetch(&site, "/robots.txt").await.text.contains("Sitemap: http://register.example/sitemap.xml"));
}

#[tokio::test]
async fn a_host_header_reaches_no_shared_cache_and_must_be_a_host() {
    let site = demonstration();
    for address in ["/feed.atom", "/catalogue.jsonld", "/sitemap.xml", "/robots.txt", "/find.atom?q=a"] {
        let answer = fetch(&site, address).await;
        assert_eq!(header(&answer, "cache-control"), "private, max-age=60", "{address}");
        for host in ["evil.example/path", "a\"b", "a b", "<script>"] {
            let refused = request(&site, Method::GET, address, &[("host", host)]).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{address} {host}");
            assert!(!refused.text.contains("evil"), "{address}");
        }
    }
    for page in ["/", "/find", "/data"] {
        let answer = request(&site, Method::GET, page, &[("host", "evil.example")]).await;
        assert!(!answer.text.contains("evil.example"), "{page}");
        assert_eq!(header(&answer, "cache-control"), "public, max-age=60", "{page}");
    }
}

#[tokio::test]
async fn a_settled_address_counts_for_more_than_a_header() {
    let site = demonstration();
    let address = Some("https://register.example.org".parse().unwrap());
    let settings = Settings { address, ..Settings::default() };
    let source = Source::Published(site.public().join("register.sqlite"));
    let router = router(Site::with_settings(site.public(), source, settings, || TODAY.parse().unwrap()));
    let request = axum::http::Request::builder().uri("/feed.atom").header("host", "evil.example");
    let response = router.oneshot(request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.headers()["cache-control"], "public, max-age=60");
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    assert!(text.contains("href=\"https://register.example.org/feed.atom\"") && !text.contains("evil"));
}
