// SPDX-License-Identifier: BSD-3-Clause
//! Where the library is, if pkg-config knows it. Without pkg-config the linker looks in its own folders.
use std::process::Command;

fn main() {
    for name in ["PKG_CONFIG", "PKG_CONFIG_PATH", "PKG_CONFIG_LIBDIR"] {
        println!("cargo:rerun-if-env-changed={}", name);
    }
    println!("cargo:rerun-if-changed=build.rs");
    let program = std::env::var_os("PKG_CONFIG").unwrap_or_else(|| "pkg-config".into());
    match Command::new(&program).args(["--libs-only-L", "posix-shm"]).output() {
        Ok(found) if found.status.success() => {
            for folder in String::from_utf8_lossy(&found.stdout).split_whitespace() {
                println!("cargo:rustc-link-search=native={}", folder.trim_start_matches("-L"));
            }
        }
        Ok(found) => warn(&String::from_utf8_lossy(&found.stderr)),
        Err(error) => warn(&format!("{}: {}", program.to_string_lossy(), error)),
    }
}

/// The linker may find the library all the same; if not, this is the reason.
fn warn(reason: &str) {
    for line in reason.lines() {
        println!("cargo:warning={}", line);
    }
}
