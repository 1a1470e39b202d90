//! The server's loop, over a real socket.

use std::time::Duration;

use crate::support::site::{TestSite, demonstration};
use server::web::{Site, router, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

struct Server {
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<std::io::Result<()>>,
}

async fn start(site: &TestSite) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let pages = router(Site::of_copy(site.public(), server::web::Settings::default()));
    let ended = tokio::spawn(serve(listener, pages, async {
        let _ = stopped.await;
    }));
    Server { address, stop, ended }
}

#[tokio::test]
async fn a_download_under_way_is_finished_before_the_server_ends() {
    let site = demonstration();
    // Larger than the buffers of both ends, so that the server must wait for the reader.
    let length = 32 << 20;
    std::fs::write(site.public().join("downloads/large.csv"), vec![b'x'; length]).unwrap();
    let server = start(&site).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET /downloads/large.csv HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut received = vec![0; 1_024];
    let mut count = stream.read(&mut received).await.unwrap();
    assert!(received.starts_with(b"HTTP/1.1 200"));
    let head = received.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
    server.stop.send(()).unwrap();
    let mut rest = Vec::new();
    count += stream.read_to_end(&mut rest).await.unwrap();
    assert_eq!(count - head, length);
    tokio::time::timeout(Duration::from_secs(10), server.ended).await.unwrap().unwrap().unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn an_idle_connection_does_not_keep_the_server_from_ending() {
    let site = demonstration();
    let server = start(&site).await;
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = [0; 12];
    idle.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    server.stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(10), server.ended).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_head_larger_than_any_browsers_is_refused() {
    let site = demonstration();
    let server = start(&site).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request = format!("GET / HTTP/1.1\r\nhost: x\r\nx-large: {}\r\n\r\n", "a".repeat(64 * 1_024));
    // The server may answer or close before it has read all of it; what it may not do is answer as if nothing were.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 431"), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test]
async fn clients_that_send_slowly_break_off_or_vanish_leave_the_server_serving() {
    let site = demonstration();
    std::fs::write(site.public().join("downloads/large.csv"), vec![b'x'; 8 << 20]).unwrap();
    let server = start(&site).await;
    let mut slow = Vec::new();
    for number in 0..200 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        match number % 4 {
            // Half a head, and then nothing more.
            0 => stream.write_all(b"GET /find HTTP/1.1\r\nhost: x\r\nx-slow: ").await.unwrap(),
            // A download of which nothing is read.
            1 => stream.write_all(b"GET /downloads/large.csv HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap(),
            // Bytes that are no request.
            2 => stream.write_all(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03").await.unwrap(),
            // A question, and gone before the answer.
            _ => {
                stream.write_all(b"GET /find.jsonl?q=school HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
                drop(stream);
                continue;
            }
        }
        slow.push(stream);
    }
    for _ in 0..20 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(b"GET /find HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..answer.len().min(200)]));
    }
    // Downloads broken off in the middle.
    drop(slow);
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET /downloads/large.csv HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.len() > 8 << 20, "only {} bytes", answer.len());
    server.stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(20), server.ended).await.unwrap().unwrap().unwrap();
}
