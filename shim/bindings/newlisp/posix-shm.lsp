; SPDX-License-Identifier: BSD-3-Clause
; libposix-shm for newLISP: (load "PREFIX/share/posix-shm/newlisp/posix-shm.lsp"), then (pshm_close fd),
; PSHM_PROT_READ and so on.
; The environment variables POSIX_SHM_LIBRARY and POSIX_SHM_JSON override the files that are found.

; A file of newLISP does not know its own path: pkg-config reports the folder.
(set 'json-file
  (or (env "POSIX_SHM_JSON")
      (append (first (exec "pkg-config --variable=pkgdatadir posix-shm")) "/posix-shm.json")))
(set 'abi (json-parse (read-file json-file)))
(set 'library (or (env "POSIX_SHM_LIBRARY") (lookup "soname" abi)))

(define (c-type entry)
  (case (lookup "type" entry)
    ("int" "int")
    ("int64" "long long")
    ("string-in" "char*")
    (true "void*")))

; Without parameters "void" is required: otherwise newLISP takes the type of the result for a calling convention.
(dolist (function (lookup "functions" abi))
  (let (parameters (map c-type (lookup "arguments" function)))
    (eval (append (list 'import library (lookup "name" function) (c-type (lookup "result" function)))
                  (if (empty? parameters) '("void") parameters)))))

(dolist (item (lookup "constants" abi))
  (set (sym (lookup "name" item)) (lookup "value" item)))
