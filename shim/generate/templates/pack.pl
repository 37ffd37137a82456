% {{ generated }}
name(posix_shm).
version('{{ model.version }}').
title('POSIX shared memory: objects, mappings, locks and atomic operations between processes').
author('The posix-shm authors', '{{ project.bugs }}').
home('{{ project.homepage }}').
