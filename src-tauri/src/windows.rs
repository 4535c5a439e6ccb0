//! Windows: labels, titles, and what no page in them may do.

use std::path::PathBuf;

use tauri::utils::config::WebviewUrl;
use tauri::webview::{NewWindowResponse, PermissionResponse};
use tauri::{AppHandle, Manager, Url, WebviewWindow, WebviewWindowBuilder};

/// Label of the window in which a profile is chosen or made.
pub const WELCOME: &str = "welcome";

/// Size of a window in logical pixels.
const SIZE: (f64, f64) = (1180.0, 800.0);
/// 400 % zoom of a 1280 px wide screen is 320 px wide; the interface reflows down to that.
const MIN_SIZE: (f64, f64) = (320.0, 400.0);

/// Opens the window `label`, or brings it to the front.
///
/// `title` must say nothing about health: window lists and screen sharing show it.
pub fn open(
    app: &AppHandle,
    label: &str,
    title: &str,
    webview_dir: PathBuf,
) -> tauri::Result<WebviewWindow> {
    if let Some(window) = app.get_webview_window(label) {
        window.set_focus()?;
        return Ok(window);
    }
    WebviewWindowBuilder::new(app, label, WebviewUrl::App("index.html".into()))
        .title(title)
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(MIN_SIZE.0, MIN_SIZE.1)
        .prevent_overflow()
        .center()
        // One directory for all windows: WebKitGTK drives only the first context in tests.
        .data_directory(webview_dir)
        .zoom_hotkeys_enabled(true)
        .general_autofill_enabled(false)
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .on_permission_request(|_, _| PermissionResponse::Deny)
        .build()
}

/// Whether a window may go to `url`: the app's own pages and nothing else.
#[must_use]
pub fn is_own_page(url: &Url) -> bool {
    match (url.scheme(), url.host_str()) {
        ("tauri", Some("localhost")) => true,
        ("http" | "https", Some("tauri.localhost")) => cfg!(windows),
        ("http", Some("localhost")) => cfg!(dev) && url.port() == Some(5173),
        // A sandboxed frame with inline content; it inherits the page's policy.
        ("about", None) => matches!(url.path(), "srcdoc" | "blank"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(text: &str) -> bool {
        is_own_page(&Url::parse(text).unwrap())
    }

    #[test]
    fn only_own_pages_are_allowed() {
        assert!(allowed("tauri://localhost/index.html"));
        for other in [
            "file:///etc/passwd",
            "https://example.org/",
            "http://127.0.0.1:8080/",
            "http://localhost:9999/",
            "javascript:alert(1)",
            "data:text/html,<p>hello",
            "tauri://elsewhere/",
            "asset://localhost/x",
            "blob:tauri://localhost/1",
        ] {
            assert!(!allowed(other), "{other}");
        }
    }
}
