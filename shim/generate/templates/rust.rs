{% set rust = Language("rust", style="short",
    types={"int": "c_int", "int64": "i64", "string-in": "", "bytes-in": "", "string-out": "", "bytes-out": "", "int64-out": "i64", "int-out": "c_int"},
    parameters={"text": "{name}: &str", "object-name": "{name}: impl AsRef<OsStr>", "bytes": "{name}: &[u8]", "buffer": "{name}: &mut [u8]", "int64s": "{name}: &mut [i64]",
        "boolean": "{name}: bool", "timeout": "{name}: Option<Duration>", "flags": "{name}: {enum}", "enum": "{name}: {enum}",
        "int": "{name}: i32", "int64": "{name}: i64", "descriptor": "{name}: impl AsFd", "closed-descriptor": "{name}: OwnedFd",
        "optional-descriptor": "{name}: impl Into<Option<BorrowedFd<'a>>>"},
    passed={"text": "{name}.as_ptr()", "bytes": "start({name}).cast()", "buffer": "start_mut({name}).cast()", "int64s": "start_mut({name})",
        "boolean": "c_int::from({name})", "timeout": "nanoseconds({name})", "flags": "{name}.0", "enum": "{name} as c_int", "int": "{name}",
        "int64": "{name}", "size": "{buffer}.len() as {type}", "out-int": "&mut {name}", "out-int64": "&mut {name}",
        "descriptor": "{name}.as_fd().as_raw_fd()", "closed-descriptor": "{name}.into_raw_fd()", "optional-descriptor": "raw({name}.into())",
        "texts": "start_mut(buffer).cast()", "texts-size": "buffer.len() as {type}"},
    results={"string": "Cow<'static, str>", "boolean": "bool", "int": "i32", "int64": "i64", "descriptor": "OwnedFd", "flags": "{enum}",
        "optional-string": "Option<Cow<'static, str>>"},
    values={"string": "fixed({name})", "boolean": "{name} != 0", "int": "{name}", "int64": "{name}", "descriptor": "owned({name})", "flags": "{enum}({name})",
        "optional-string": "optional({name})"},
    timeout="From now; `None` is no limit, a duration of 0 does not wait.") %}
// {{ generated }}
//! POSIX shared memory through `libposix-shm`: objects, mappings, atomics, locks and rings of messages that processes in all
//! languages share.
//!
//! Each function of C has its name here without `pshm_`. It returns its outputs as results, measures buffers itself, and has a
//! [`Result`] where it can fail. A descriptor is an [`OwnedFd`], which closes it when it is dropped. A function that uses memory at
//! an address is unsafe: the address must be that of a mapping that is large enough. [`sys`] has the functions as they are in C.
//!
//! ```no_run
//! use posix_shm::*;
//! # fn main() -> Result<()> {
//! let (fd, created) = open("/foobar-shm", Direction::Io, IfExists::Default, IfDoesNotExist::Create, Mode(0o600))?;
//! truncate(&fd, 4096)?;
//! # Ok(())
//! # }
//! ```
use std::borrow::Cow;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::os::raw::{c_char, c_int};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::io::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd};
use std::time::Duration;
use std::{error, fmt, io, ptr};

pub mod sys;

/// The version of the library that these declarations were made from, as [`version`] gives it.
pub const VERSION: i32 = {{ model.version_number }};

/// Why a call failed. It equals the one that [`Error::from_raw_os_error`] makes of the same errno, which may be a constant in a pattern.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Error(c_int);

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The error of an errno, such as `libc::ENOENT`.
    pub const fn from_raw_os_error(errno: i32) -> Self {
        Error(errno)
    }

    /// The errno of the system.
    pub const fn raw_os_error(self) -> i32 {
        self.0
    }

    /// The name of the error, such as `ENOENT`.
    pub fn name(self) -> Cow<'static, str> {
        error_name(self.0)
    }

    /// What the standard library calls it.
    pub fn kind(self) -> io::ErrorKind {
        io::Error::from(self).kind()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&strerror(self.0))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name(), self)
    }
}

impl error::Error for Error {}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        io::Error::from_raw_os_error(error.0)
    }
}

/// A result of a function of [`sys`]: from -4095 to -1 it is an error.
pub fn check<T: Copy + Into<i64>>(result: T) -> Result<T> {
    match result.into() {
        error @ -4095..=-1 => Err(Error(-error as c_int)),
        _ => Ok(result),
    }
}

/// C reads a text up to its first NUL, so one in it is `EINVAL`.
fn text<T: AsRef<OsStr> + ?Sized>(text: &T) -> Result<CString> {
    CString::new(text.as_ref().as_bytes()).map_err(|_| Error(unsafe { sys::pshm_error_number(b"EINVAL\0".as_ptr().cast()) }))
}

/// A constant of the library.
fn fixed(text: *const c_char) -> Cow<'static, str> {
    unsafe { CStr::from_ptr(text) }.to_string_lossy()
}

/// One that may be NULL.
fn optional(text: *const c_char) -> Option<Cow<'static, str>> {
    (!text.is_null()).then(|| fixed(text))
}

/// No limit is -1.
fn nanoseconds(timeout: Option<Duration>) -> i64 {
    timeout.map_or(-1, |limit| limit.as_nanos().min(i64::MAX as u128) as i64)
}

/// A descriptor that the library has opened.
fn owned(fd: c_int) -> OwnedFd {
    unsafe { OwnedFd::from_raw_fd(fd) }
}

/// Anonymous memory has no descriptor.
fn raw(fd: Option<BorrowedFd<'_>>) -> c_int {
    fd.map_or(-1, |fd| fd.as_raw_fd())
}

/// The address of a slice for C, which asks for the size with NULL.
fn start<T>(slice: &[T]) -> *const T {
    if slice.is_empty() { ptr::null() } else { slice.as_ptr() }
}

fn start_mut<T>(slice: &mut [T]) -> *mut T {
    if slice.is_empty() { ptr::null_mut() } else { slice.as_mut_ptr() }
}

/// The texts that a function writes, each with its NUL. Their size may change between two calls.
fn texts(write: impl Fn(&mut [u8]) -> Result<i64>) -> Result<Vec<u8>> {
    let mut bytes = vec![0; write(&mut [])? as usize];
    loop {
        let size = write(&mut bytes)? as usize;
        if size <= bytes.len() {
            bytes.truncate(size);
            break;
        }
        bytes.resize(size, 0);
    }
    Ok(bytes)
}

/// One of them, of the library's own words.
fn one(mut bytes: Vec<u8>) -> String {
    bytes.pop();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Each of them. A name need not be UTF-8.
fn many(mut bytes: Vec<u8>) -> Vec<OsString> {
    if bytes.pop().is_none() {
        return Vec::new();
    }
    bytes.split(|&byte| byte == 0).map(|text| OsString::from_vec(text.to_vec())).collect()
}

/// The memory at an address, as a pointer.
pub fn pointer<T>(address: i64) -> *mut T {
    address as usize as *mut T
}

macro_rules! flags {
    ($type:ident) => {
        impl $type {
            /// Are all of these bits set?
            pub fn contains(self, bits: Self) -> bool {
                self.0 & bits.0 == bits.0
            }
        }

        impl std::ops::BitOr for $type {
            type Output = Self;
            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }

        impl std::ops::BitOrAssign for $type {
            fn bitor_assign(&mut self, other: Self) {
                self.0 |= other.0;
            }
        }

        impl std::ops::BitAnd for $type {
            type Output = Self;
            fn bitand(self, other: Self) -> Self {
                Self(self.0 & other.0)
            }
        }

        impl std::ops::Not for $type {
            type Output = Self;
            fn not(self) -> Self {
                Self(!self.0)
            }
        }
    };
}

{% for enum in model.enums %}
{% set use = use(enum) %}
{% set type = rust.type_name(enum.name) %}
{% if use == "enum" %}
{{ enum.brief | comment("/// ") }}
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash{{ ", Default" if enum.constants[0] | member == "DEFAULT" }})]
#[repr(i32)]
#[non_exhaustive]
pub enum {{ type }} {
{% for constant in enum.constants %}
    {{ constant.prose | comment("    /// ") | trim }}
{% if constant | member == "DEFAULT" %}
    #[default]
{% endif %}
    {{ constant | member | pascal }} = {{ constant.value }},
{% endfor %}
}
{% elif use == "flags" %}
{{ enum.brief | comment("/// ") }}
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub struct {{ type }}(pub i32);

flags!({{ type }});

impl {{ type }} {
{% for constant in enum.constants %}
    {{ constant.prose | comment("    /// ") | trim }}
    pub const {{ constant | member }}: {{ type }} = {{ type }}({{ constant.value }});
{% endfor %}
}
{% else %}
{{ enum.brief | comment("// ") }}
{% for constant in enum.constants %}
{{ constant.prose | comment("/// ") }}
pub const {{ constant.name | short }}: i32 = {{ constant.value }};
{% endfor %}
{% endif %}

{% endfor %}
{% for function in model.functions %}
{% set call = Call(function) %}
{% set types = {"one": ["String"], "many": ["Vec<OsString>"]}.get(call.texts) or rust.result_types(call) %}
{% set type = types[0] if types | length == 1 else "(" ~ types | join(", ") ~ ")" %}
{% set c %}
sys::{{ function.name }}(
{%- for argument in function.arguments %}{{ rust.argument(argument, call) }}{{ ", " if not loop.last }}{% endfor -%}
)
{%- endset %}
{% set parameters %}
{% for argument in call.parameters %}{{ rust.parameter(argument, call) }}{{ ", " if not loop.last }}{% endfor %}
{% endset %}
{% set result = c if call.at_address else "unsafe { " ~ c ~ " }" %}
{{ rust.documentation(call, errors="# Errors") | comment("/// ") }}
{% if call.at_address %}
///
/// # Safety
///
/// The memory at each address must be mapped, and no reference of Rust may refer to what the call changes.
{% endif %}
pub {{ "unsafe " if call.at_address }}fn {{ rust.name(function.name) }}{{ "<'a>" if "Into<Option" in parameters }}(
{{- parameters }}) -> {{ "Result<" ~ type ~ ">" if call.fails else type }} {
{% for argument in call.parameters if call.kind(argument) == "text" %}
    let {{ rust.name(argument.name) }} = text({{ "&" if argument.role == "name" }}{{ rust.name(argument.name) }})?;
{% endfor %}
{% for out in call.outs %}
    let mut {{ rust.name(out.name) }} = {{ "-1" if out.of == "descriptor" else "0" }};
{% endfor %}
{% if call.texts %}
    texts(|buffer| check({{ result }})).map({{ call.texts }})
{% elif call.outs %}
    {{ "let result = " if function.result != "status" }}check({{ result }})?;
{% set values = rust.values_of(call) %}
    Ok({{ values[0] if values | length == 1 else "(" ~ values | join(", ") ~ ")" }})
{% elif not call.fails %}
    {{ rust.values_of(call, result)[0] }}
{% elif function.result == "status" %}
    check({{ result }}).map(|_| ())
{% elif function.result in ("boolean", "descriptor") or function.result_enum %}
    Ok({{ rust.values_of(call, "check(" ~ result ~ ")?")[0] }})
{% else %}
    check({{ result }})
{% endif %}
}
{% if not loop.last %}

{% endif %}
{% endfor %}
