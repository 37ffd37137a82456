; SPDX-License-Identifier: BSD-3-Clause
(set 'abi (json-parse (read-file (or (env "POSIX_SHM_JSON") "/usr/local/share/posix-shm/posix-shm.json"))))
(set 'library (or (env "POSIX_SHM_LIBRARY") (lookup "soname" abi)))

(define (c-type entry)
  (case (lookup "type" entry)
    ("int" "int")
    ("int64" "long long")
    ("string-in" "char*")
    (true "void*")))

; No parameters at all are "void": without it newLISP takes the result's type for a calling convention.
(dolist (function (lookup "functions" abi))
  (let (parameters (map c-type (lookup "arguments" function)))
    (eval (append (list 'import library (lookup "name" function) (c-type (lookup "result" function)))
                  (if (empty? parameters) '("void") parameters)))))

(dolist (item (lookup "constants" abi))
  (set (sym (lookup "name" item)) (lookup "value" item)))
