//! A bare HTTP server and client on loopback: the floor for moving bytes.

use axum::Router;
use axum::body::Bytes;
use axum::routing::get;
use tokio::runtime::Runtime;

/// Answers every request with the same bytes, and fetches them over one kept connection.
pub(crate) struct Plain {
    runtime: Runtime,
    client: reqwest::Client,
    url: String,
}

impl Plain {
    /// Serves `len` bytes.
    pub(crate) fn serve(len: usize) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let body = Bytes::from(vec![0x5a; len]);
        let url = runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
            let url = format!("http://{}/", listener.local_addr().expect("an address"));
            let router = Router::new().route("/", get(move || std::future::ready(body.clone())));
            tokio::spawn(async move { axum::serve(listener, router).await });
            url
        });
        Self { runtime, client: reqwest::Client::new(), url }
    }

    /// Fetches them; how many came.
    pub(crate) fn fetch(&self) -> usize {
        self.runtime.block_on(async {
            let answer = self.client.get(&self.url).send().await.expect("an answer");
            answer.bytes().await.expect("a body").len()
        })
    }
}
