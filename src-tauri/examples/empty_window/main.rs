//! The least a Tauri program can be: one window of the app's size with an empty page that answers a key, drawn as the
//! app is. The floor of `app.start.over_empty` and `app.pss_over_empty_mb`; it is never shipped.

use std::path::PathBuf;

use tauri::WebviewWindowBuilder;
use tauri::utils::config::WebviewUrl;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    #[cfg(target_os = "linux")]
    keyward_desktop::drawing::without_card(&std::env::args_os().skip(1).collect::<Vec<_>>());
    // As the app is called: `--data-dir DIR`.
    let folder = std::env::args_os().nth(2).map_or_else(std::env::temp_dir, PathBuf::from);
    tauri::Builder::default()
        .setup(move |app| {
            WebviewWindowBuilder::new(app, "empty", WebviewUrl::App("index.html".into()))
                .title("Empty")
                .inner_size(1180.0, 800.0)
                .center()
                .data_directory(folder.join("webview"))
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!("src-tauri/examples/empty_window/tauri.conf.json"))?;
    Ok(())
}
