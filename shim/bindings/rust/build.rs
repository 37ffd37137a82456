// SPDX-License-Identifier: BSD-3-Clause
//! Where the library is, if pkg-config knows it. Without pkg-config the linker looks in its own folders.
use std::process::Command;

fn main() {
    for name in ["PKG_CONFIG", "PKG_CONFIG_PATH", "PKG_CONFIG_LIBDIR"] {
        println!("cargo:rerun-if-env-changed={}", name);
    }
    println!("cargo:rerun-if-changed=build.rs");
    let program = std::env::var_os("PKG_CONFIG").unwrap_or_else(|| "pkg-config".into());
    if let Ok(found) = Command::new(program).args(["--libs-only-L", "posix-shm"]).output() {
        for folder in String::from_utf8_lossy(&found.stdout).split_whitespace() {
            println!("cargo:rustc-link-search=native={}", folder.trim_start_matches("-L"));
        }
    }
}
