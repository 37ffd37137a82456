# SPDX-License-Identifier: BSD-3-Clause
# The common scenario in R, over the generated package posixshm.
library(posixshm)

size <- 32768
long <- 600
slice <- 0.01
everyone <- 2147483647
read_write <- c("read", "write")

# What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
shared_offset <- 8192
at <- list(lock = 0, guarded = 8, atomic = 16, arrived = 20, beside = 24, done = 28, gate = 32, left = 36)
turns <- 1000

expect <- function(got, wanted)
  if (!identical(got, wanted)) stop(deparse(got), " instead of ", deparse(wanted))

# Must the expression fail with this error?
expect_error <- function(name, expression) {
  got <- tryCatch({
    expression
    "success"
  }, posix_shm_error = function(e) e$name)
  expect(got, name)
}

map_object <- function(fd, length, offset = 0, protections = read_write)
  pshm_map(fd, length, protections, "shared", offset)

mapped <- function(name) any(grepl(name, readLines("/proc/self/maps"), fixed = TRUE))

consumer <- function(..., background = "")
  system(paste(Sys.getenv("POSIX_SHM_CONSUMER"), ..., background))

# Counting with another process

acquire <- function(shared) expect(pshm_lock_acquire(shared + at$lock, long), FALSE)

# R has one thread: wait in slices, and do the other work between them.
acquire_in_slices <- function(shared, work) {
  repeat {
    died <- tryCatch(pshm_lock_acquire(shared + at$lock, slice), posix_shm_ETIMEDOUT = function(e) NULL)
    if (!is.null(died)) return(died)
    work()
  }
}

add_and_wake <- function(word) {
  pshm_atomic_update32(word, "add", 1)
  pshm_atomic_wake(word, everyone)
}

wait_until <- function(word, value)
  while ((now <- pshm_atomic_load32(word)) != value) pshm_atomic_wait(word, now, long)

take_turns <- function(shared) {
  for (turn in seq_len(turns)) {
    acquire(shared)
    pshm_atomic_store64(shared + at$guarded, pshm_atomic_load64(shared + at$guarded) + 1)
    pshm_lock_release(shared + at$lock)
    pshm_atomic_update32(shared + at$atomic, "add", 1)
  }
}

# Wait for the lock that another process holds, while this one does other work; count beside it; wait for its leave.
count <- function(name, offset) {
  fd <- pshm_open(name, "io", "default", "error", 0)
  address <- map_object(fd, shared_offset + 64)
  shared <- address + offset
  add_and_wake(shared + at$arrived)
  worked <- FALSE
  died <- acquire_in_slices(shared, function() {
    if (!worked) add_and_wake(shared + at$beside)
    worked <<- TRUE
  })
  expect(died, FALSE)
  pshm_lock_release(shared + at$lock)
  take_turns(shared)
  add_and_wake(shared + at$done)
  wait_until(shared + at$gate, 1)
  add_and_wake(shared + at$left)
  pshm_unmap(address, shared_offset + 64)
  pshm_close(fd)
}

scenario <- function(name) {
  fd <- NULL
  address <- NULL
  open_exclusively <- function() pshm_open(name, "io", "error", "create", c("user-read", "user-write"))

  points <- list(
    "load the library and check its version" = function() {
      version <- pshm_version()
      expect(pshm_version_string(), paste(version %/% 1000000, version %/% 1000 %% 1000, version %% 1000, sep = "."))
    },
    "open exclusively" = function() {
      opened <- open_exclusively()
      expect(attr(opened, "created"), TRUE)
      fd <<- as.vector(opened)
    },
    "be told by name that it exists" = function() {
      expect_error("EEXIST", open_exclusively())
      expect(pshm_error_name(pshm_errno()), "EEXIST")
    },
    "size, allocate, map" = function() {
      pshm_truncate(fd, size)
      pshm_allocate(fd, size / 2)
      address <<- map_object(fd, size)
    },
    "write a pattern, read it back through pshm_read" = function() {
      pattern <- as.raw(0:255 * 7 %% 256)
      pshm_store_bytes(address + 4096, pattern)
      expect(pshm_read(fd, 256, 4096), pattern)
      expect(pshm_write(fd, charToRaw("hello"), 100), 5)
      expect(rawToChar(pshm_load_bytes(address + 100, 5)), "hello")
      expect(length(pshm_read(fd, 256, size - 100)), 100L)
    },
    "stat with named fields" = function() {
      fields <- pshm_fstat(fd)
      expect(fields$size, size)
      expect(as.octmode(fields$mode), as.octmode("600"))
      expect(fields$nlink, 1)
      expect(fields$blocks >= size / 2 / 512, TRUE)
    },
    "parse a permission list" = function() {
      keywords <- "user-read user-write group-read"
      mode <- pshm_flags_parse("mode", keywords)
      expect(as.octmode(mode), as.octmode("640"))
      expect(pshm_flags_format("mode", mode), keywords)
      expect_error("EINVAL", pshm_flags_parse("mode", "user-fly"))
    },
    "enumerate the constants" = function() {
      number <- pshm_constant_count()
      expect(number > 50, TRUE)
      for (i in seq_len(number) - 1) expect(pshm_constant(pshm_constant_name(i)), pshm_constant_value(i))
      expect(pshm_constant("PSHM_MAP_SHARED"), 1)
      expect(pshm_constant_name(number), NULL)
    },
    "fail with the right error name" = function() {
      expect_error("ENOENT", pshm_open(paste0(name, "-none"), "input", permissions = 0))
      expect_error("EINVAL", pshm_delete("noslash"))
      expect_error("EINVAL", map_object(fd, -1))
      expect(pshm_error_name(pshm_errno()), "EINVAL")
      word <- address + 4092
      for (passed in list(-5, 0, -Inf, as.difftime(-1, units = "mins"))) expect_error("EAGAIN", pshm_atomic_wait(word, 0, passed))
      expect_error("ETIMEDOUT", pshm_atomic_wait(word, 0, as.difftime(1e-4, units = "mins")))
      for (wrong in list(TRUE, c(1, 2), numeric(), "1", NA_real_, NULL, factor(1)))
        expect(tryCatch(pshm_atomic_wait(word, 0, wrong), error = function(e) class(e)[1]), "simpleError")
      for (wrong in list(quote(pshm_truncate(fd, 2^60)), quote(pshm_close(2^32)), quote(pshm_truncate(fd, "12x")),
                         quote(pshm_open(name, "sideways", permissions = 0)), quote(pshm_delete(NA_character_))))
        expect(inherits(try(eval(wrong), silent = TRUE), "try-error"), TRUE)
      expect(as.vector(pshm_fstat(fd)$size), size)
    },
    "make an anonymous object" = function() {
      anonymous <- pshm_open_anonymous("io", as.octmode("640"), NULL)
      fields <- pshm_fstat(anonymous)
      expect(fields$nlink, 0)
      expect(as.octmode(fields$mode), as.octmode("640"))
      pshm_seal(anonymous, c("grow", "shrink"))
      expect(pshm_seals(anonymous), c("shrink", "grow"))
      pshm_close(anonymous)
    },
    "pass a descriptor to another process" = function() {
      pair <- pshm_socketpair()
      pshm_atomic_store64(address, 2^53)
      pshm_send(pair$first, fd)
      pshm_set_inheritable(pair$second, TRUE)
      expect(consumer("receive", pair$second), 0L)
      expect(pshm_atomic_load64(address), "9007199254740993")
      pshm_close(pair$first)
      pshm_close(pair$second)
    },
    "count with another process under a lock, and wake each other" = function() {
      shared <- address + shared_offset
      acquire(shared)
      consumer("count", name, shared_offset, background = "&")
      wait_until(shared + at$arrived, 1)
      wait_until(shared + at$beside, 1)
      pshm_lock_release(shared + at$lock)
      take_turns(shared)
      wait_until(shared + at$done, 1)
      expect(pshm_atomic_load64(shared + at$guarded), 2 * turns)
      expect(pshm_atomic_load32(shared + at$atomic), 2 * turns)
      add_and_wake(shared + at$gate)
      wait_until(shared + at$left, 1)
    },
    "close, delete" = function() {
      expect(mapped(name), TRUE)
      pshm_unmap(address, size)
      expect(mapped(name), FALSE)
      pshm_close(fd)
      expect_error("EBADF", pshm_close(fd))
      pshm_delete(name)
      expect_error("ENOENT", pshm_delete(name))
    }
  )

  failures <- 0
  for (i in seq_along(points)) {
    problem <- tryCatch({
      points[[i]]()
      NULL
    }, error = conditionMessage)
    cat(if (is.null(problem)) "ok" else "not ok", i, "-", names(points)[i])
    cat("\n")
    if (!is.null(problem)) {
      cat("#", problem, "\n")
      failures <- failures + 1
    }
  }
  cat("1..", length(points), "\n", sep = "")
  quit(status = min(failures, 1))
}

# The receiver of the descriptor: add one to the number at the start of the object. Beyond 2^53 R has no exact sum.
receive <- function(socket) {
  fd <- pshm_receive(socket)
  address <- map_object(fd, 8)
  pshm_atomic_update64(address, "add", 1)
  pshm_unmap(address, 8)
  pshm_close(fd)
}

# A record: int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
record_size <- 128

put_record <- function(fd, slot, offset) {
  address <- map_object(fd, record_size, offset)
  pshm_atomic_store64(address, sprintf("-9007199254%d", 740993L + as.integer(slot)))
  pshm_store_bytes(address + 8, writeBin(as.integer(-1 - slot), raw()))
  pshm_store_bytes(address + 16, charToRaw("r gr\u00fc\u00dft"))
  pshm_store_bytes(address + 64, as.raw((slot * 31 + 0:63 * 7) %% 256))
  pshm_unmap(address, record_size)
}

print_record <- function(address, slot) {
  text <- pshm_load_bytes(address + 16, 48)
  text <- rawToChar(text[cumsum(text == 0) == 0])
  Encoding(text) <- "UTF-8"
  pattern <- as.integer(pshm_load_bytes(address + 64, 64))
  cat(slot, pshm_atomic_load64(address), readBin(pshm_load_bytes(address + 8, 4), "integer"), sum(1:64 * pattern), text, sep = "\t")
  cat("\n")
}

# Write one's record into the object, and into an anonymous one that goes to the socket.
write_records <- function(name, slot, socket) {
  fd <- pshm_open(name, "io", "default", "error", 0)
  put_record(fd, slot, slot * record_size)
  pshm_close(fd)
  anonymous <- pshm_open_anonymous("io", as.octmode("600"), 0)
  pshm_truncate(anonymous, record_size)
  put_record(anonymous, slot, 0)
  pshm_send(socket, anonymous)
  pshm_close(anonymous)
}

# Print every record of the object, then the one of the object that comes from the socket.
read_records <- function(name, slots, socket) {
  fd <- pshm_open(name, "input", permissions = 0)
  address <- map_object(fd, slots * record_size, 0, "read")
  for (slot in seq_len(slots) - 1) print_record(address + slot * record_size, slot)
  pshm_unmap(address, slots * record_size)
  pshm_close(fd)
  received <- pshm_receive(socket)
  address <- map_object(received, record_size, 0, "read")
  print_record(address, "received")
  pshm_unmap(address, record_size)
  pshm_close(received)
}

# Message N of an exchange is N * STEP bytes of a pattern, from byte N of it.
capacity <- pshm_constant("PSHM_RING_CAPACITY_MIN")
ring_size <- pshm_constant("PSHM_RING_HEADER_SIZE") + capacity
longest <- 2040
messages <- lapply(0:40, function(n) as.raw((n + seq_len(n * 51) - 1) * 7 %% 256))

join <- function(from, to) {
  pshm_ring_join(to, capacity, "sender")
  pshm_ring_join(from, capacity, "receiver")
}

# Send each message, and receive it back. How many are equal.
talk <- function(there, back) {
  join(back, there)
  good <- vapply(messages, function(message) {
    pshm_ring_send(there, capacity, message, long)
    identical(pshm_ring_receive(back, capacity, longest, long), message)
  }, logical(1))
  pshm_ring_leave(there, capacity, "sender")
  expect_error("ENODATA", pshm_ring_peek(back, capacity, long))
  pshm_ring_leave(back, capacity, "receiver")
  sum(good)
}

# Send back each message, from one ring into the other, until the sender leaves.
serve <- function(there, back) {
  join(there, back)
  repeat {
    message <- tryCatch(pshm_ring_peek(there, capacity, long), posix_shm_ENODATA = function(e) NULL)
    if (is.null(message)) break
    length <- attr(message, "length")
    pshm_copy(pshm_ring_reserve(back, capacity, length, long), message, length)
    pshm_ring_commit(back, capacity, length)
    pshm_ring_release(there, capacity)
  }
  pshm_ring_leave(back, capacity, "sender")
  pshm_ring_leave(there, capacity, "receiver")
}

# Talk to all others, and serve each of them, sender after sender.
exchange <- function(name, slot, count) {
  fd <- pshm_open(name, "io", "default", "error", 0)
  size <- 2 * ring_size * count^2
  rings <- map_object(fd, size)
  for (sender in seq_len(count) - 1)
    for (receiver in setdiff(seq_len(count) - 1, sender)) {
      there <- rings + 2 * ring_size * (sender * count + receiver)
      if (sender == slot) cat(receiver, "\t", talk(there, there + ring_size), "\n", sep = "")
      if (receiver == slot) serve(there, there + ring_size)
    }
  pshm_unmap(rings, size)
  pshm_close(fd)
}

arguments <- commandArgs(trailingOnly = TRUE)
numbers <- suppressWarnings(as.numeric(arguments))
switch(arguments[1],
  scenario = scenario(arguments[2]),
  receive = receive(numbers[2]),
  count = count(arguments[2], numbers[3]),
  exchange = exchange(arguments[2], numbers[3], numbers[4]),
  write = write_records(arguments[2], numbers[3], numbers[4]),
  read = read_records(arguments[2], numbers[3], numbers[4]),
  quit(status = 2))
