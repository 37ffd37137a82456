% SPDX-License-Identifier: BSD-3-Clause
% The common scenario in Prolog, over the generated module posix_shm.

:- use_module(library(posix_shm)).
:- use_module(library(aggregate)).
:- use_module(library(apply)).
:- use_module(library(lists)).
:- use_module(library(option)).
:- use_module(library(yall)).

:- initialization(main, main).

size(32768).
long(600).
turns(1000).

% What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
shared_offset(8192).
shared_size(8256).
part(lock, 0).
part(guarded, 8).
part(atomic, 16).
part(arrived, 20).
part(beside, 24).
part(done, 28).
part(gate, 32).
part(left, 36).

at(Shared, Part, Address) :-
    part(Part, Offset),
    Address is Shared + Offset.

expect(Got, Wanted) :-
    (   Got =@= Wanted
    ->  true
    ;   throw(instead(Got, Wanted))
    ).

% Must the goal be refused with this formal term, before C is called?
refused(Formal, Goal) :-
    catch(call(Goal), error(Got, _), true),
    expect(Got, Formal).

% Must the goal fail with this error?
expect_error(Name, Goal) :-
    (   catch(call(Goal), error(posix_shm_error(Got, _), _), true),
        nonvar(Got)
    ->  expect(Got, Name)
    ;   throw(success_instead_of(Name))
    ).

map_object(Fd, Length, Address) :-
    pshm_map(Fd, Length, [read, write], shared, 0, Address).

mapped(Name) :-
    setup_call_cleanup(open('/proc/self/maps', read, Stream), read_string(Stream, _, Maps), close(Stream)),
    sub_string(Maps, _, _, _, Name),
    !.

descriptors(Count) :-
    directory_files('/proc/self/fd', Files),
    length(Files, Count).

% An output that is no variable is an error before the call, so that nothing is lost.
refuse_outputs(Name, Fd) :-
    descriptors(Before),
    refused(uninstantiation_error(-1), pshm_open(Name, input, default, default, 0, -1)),
    refused(uninstantiation_error(true), pshm_open(Name, input, default, default, 0, _, true)),
    refused(uninstantiation_error(-1), pshm_dup(Fd, -1)),
    refused(uninstantiation_error(-1), pshm_socketpair(_, -1)),
    refused(uninstantiation_error(0), pshm_map(Fd, 4096, [read], shared, 0, 0)),
    refused(uninstantiation_error(true), pshm_lock_acquire(0, 0, true)),
    refused(uninstantiation_error("message"), pshm_ring_receive(0, 4096, 64, 0, "message")),
    descriptors(After),
    expect(After, Before).

% A time that has passed is no time without limit. The word, whose value is 0, is not in use.
wait_no_longer(Address) :-
    Word is Address + 4092,
    expect_error('EAGAIN', pshm_atomic_wait(Word, 0, -5)),
    expect_error('EAGAIN', pshm_atomic_wait(Word, 0, 0)),
    expect_error('EAGAIN', pshm_atomic_wait(Word, 0, -0.5)),
    expect_error('ETIMEDOUT', pshm_atomic_wait(Word, 0, 0.01)),
    refused(type_error(float, soon), pshm_atomic_wait(Word, 0, soon)).

% Counting with another process

acquire(Shared) :-
    long(Long),
    at(Shared, lock, Lock),
    pshm_lock_acquire(Lock, Long, Died),
    expect(Died, false).

add_and_wake(Shared, Part) :-
    at(Shared, Part, Word),
    pshm_atomic_update32(Word, add, 1, _),
    pshm_atomic_wake(Word, 2147483647).

wait_until(Shared, Part, Value) :-
    at(Shared, Part, Word),
    long(Long),
    pshm_atomic_load32(Word, Now),
    (   Now == Value
    ->  true
    ;   pshm_atomic_wait(Word, Now, Long),
        wait_until(Shared, Part, Value)
    ).

take_turns(Shared) :-
    turns(Turns),
    at(Shared, lock, Lock),
    at(Shared, guarded, Guarded),
    at(Shared, atomic, Atomic),
    forall(between(1, Turns, _),
           (   acquire(Shared),
               pshm_load(Guarded, int64, Number),
               Next is Number + 1,
               pshm_store(Guarded, int64, Next),
               pshm_lock_release(Lock),
               pshm_atomic_update32(Atomic, add, 1, _)
           )).

% Wait for the lock that another process holds, while a thread of this one runs; count beside it; wait for its leave.
count(Name, Offset) :-
    shared_size(Size),
    pshm_open(Name, io, default, error, 0, Fd),
    map_object(Fd, Size, Address),
    Shared is Address + Offset,
    add_and_wake(Shared, arrived),
    thread_create((sleep(0.05), garbage_collect, garbage_collect_atoms, add_and_wake(Shared, beside)), Thread),
    acquire(Shared),
    thread_join(Thread),
    at(Shared, lock, Lock),
    pshm_lock_release(Lock),
    take_turns(Shared),
    add_and_wake(Shared, done),
    wait_until(Shared, gate, 1),
    add_and_wake(Shared, left),
    pshm_unmap(Address, Size),
    pshm_close(Fd).

consumer(Format, Arguments, Status) :-
    getenv('POSIX_SHM_CONSUMER', Consumer),
    format(string(Tail), Format, Arguments),
    string_concat(Consumer, Tail, Command),
    shell(Command, Status).

% The points of the scenario, in the order of their clauses. A value is known to the points that follow.

known(Key, Value) :- nb_getval(Key, Value).

open_exclusively(Fd, Created) :-
    known(name, Name),
    pshm_open(Name, io, error, create, [user_read, user_write], Fd, Created).

pattern(Bytes) :-
    findall(Byte, (between(0, 255, I), Byte is I * 7 mod 256), Codes),
    string_codes(Bytes, Codes).

point('load the library and check its version') :-
    pshm_version(Version),
    pshm_version_string(Text),
    Major is Version // 1000000,
    Minor is Version // 1000 mod 1000,
    Patch is Version mod 1000,
    format(atom(Wanted), '~d.~d.~d', [Major, Minor, Patch]),
    expect(Text, Wanted).
point('open exclusively') :-
    open_exclusively(Fd, Created),
    expect(Created, true),
    nb_setval(fd, Fd).
point('be told by name that it exists') :-
    expect_error('EEXIST', open_exclusively(_, _)),
    pshm_errno(Error),
    pshm_error_name(Error, Name),
    expect(Name, 'EEXIST').
point('size, allocate, map') :-
    known(fd, Fd),
    size(Size),
    Half is Size // 2,
    pshm_truncate(Fd, Size),
    pshm_allocate(Fd, Half),
    map_object(Fd, Size, Address),
    nb_setval(address, Address).
point('write a pattern, read it back through pshm_read') :-
    known(fd, Fd),
    known(address, Address),
    pattern(Pattern),
    Target is Address + 4096,
    pshm_store_bytes(Target, Pattern),
    pshm_read(Fd, 256, 4096, Bytes),
    expect(Bytes, Pattern),
    pshm_write(Fd, "hello", 100, Count),
    expect(Count, 5),
    Hello is Address + 100,
    pshm_load_bytes(Hello, 5, Text),
    expect(Text, "hello"),
    size(Size),
    Last is Size - 100,
    pshm_read(Fd, 256, Last, End),
    string_length(End, Length),
    expect(Length, 100).
point('stat with named fields') :-
    known(fd, Fd),
    size(Size),
    pshm_fstat(Fd, Fields),
    option(size(Size), Fields),
    option(mode(0o600), Fields),
    option(nlink(1), Fields),
    option(blocks(Blocks), Fields),
    Blocks >= Size // 2 // 512.
point('parse a permission list') :-
    Keywords = "user-read user-write group-read",
    pshm_flags_parse(mode, Keywords, Mode),
    expect(Mode, 0o640),
    pshm_flags_format(mode, Mode, Text),
    expect(Text, Keywords),
    expect_error('EINVAL', pshm_flags_parse(mode, "user-fly", _)).
point('enumerate the constants') :-
    pshm_constant_count(Count),
    Count > 50,
    Last is Count - 1,
    forall(between(0, Last, Index),
           (   pshm_constant_name(Index, Name),
               pshm_constant(Name, Value),
               pshm_constant_value(Index, Value)
           )),
    \+ pshm_constant_name(Count, _),
    pshm_constant('PSHM_MAP_SHARED', Shared),
    expect(Shared, 1).
point('fail with the right error name') :-
    known(fd, Fd),
    known(name, Name),
    atom_concat(Name, '-none', None),
    atom_concat(None, '\000\x', Nul),
    expect_error('ENOENT', pshm_open(None, input, default, default, 0, _)),
    expect_error('EINVAL', pshm_delete(noslash)),
    expect_error('EINVAL', pshm_delete(Nul)),
    expect_error('EINVAL', map_object(Fd, -1, _)),
    pshm_errno(Error),
    pshm_error_name(Error, 'EINVAL'),
    refused(domain_error(posix_shm_constant, sideways), pshm_open(Name, sideways, default, default, 0, _)),
    Wide is 2 ** 64,
    refused(representation_error(int64_t), pshm_truncate(Fd, Wide)),
    Cyclic = [read|Cyclic],
    catch(pshm_map(Fd, 4096, Cyclic, shared, 0, _), error(type_error(list, _), _), Refused = true),
    expect(Refused, true),
    refused(domain_error(not_less_than_zero, -1), pshm_read(Fd, -1, 0, _)),
    known(address, Address),
    refused(representation_error(float), pshm_store(Address, float, 1.0e300)),
    refuse_outputs(Name, Fd),
    wait_no_longer(Address).
point('make an anonymous object') :-
    pshm_open_anonymous(io, [user_read, user_write, group_read], [], Fd),
    pshm_fstat(Fd, Fields),
    option(nlink(0), Fields),
    option(mode(0o640), Fields),
    pshm_seal(Fd, [grow, shrink]),
    pshm_seals(Fd, Seals),
    expect(Seals, [shrink, grow]),
    pshm_close(Fd).
point('pass a descriptor to another process') :-
    known(fd, Fd),
    known(address, Address),
    pshm_socketpair(Here, There),
    pshm_store(Address, int64, 9007199254740992),
    pshm_send(Here, Fd, inf),
    pshm_set_inheritable(There, true),
    consumer(" receive ~d", [There], Status),
    expect(Status, 0),
    pshm_load(Address, int64, Number),
    expect(Number, 9007199254740993),
    pshm_close(Here),
    pshm_close(There).
point('count with another process under a lock, and wake each other') :-
    known(name, Name),
    known(address, Address),
    shared_offset(Offset),
    Shared is Address + Offset,
    acquire(Shared),
    consumer(" count ~w ~d &", [Name, Offset], _),
    wait_until(Shared, arrived, 1),
    wait_until(Shared, beside, 1),
    at(Shared, lock, Lock),
    pshm_lock_release(Lock),
    take_turns(Shared),
    wait_until(Shared, done, 1),
    turns(Turns),
    Both is 2 * Turns,
    at(Shared, guarded, Guarded),
    pshm_load(Guarded, int64, Sum),
    expect(Sum, Both),
    at(Shared, atomic, Atomic),
    pshm_atomic_load32(Atomic, Added),
    expect(Added, Both),
    add_and_wake(Shared, gate),
    wait_until(Shared, left, 1).
point('close, delete') :-
    known(name, Name),
    known(fd, Fd),
    known(address, Address),
    size(Size),
    mapped(Name),
    pshm_unmap(Address, Size),
    \+ mapped(Name),
    pshm_close(Fd),
    expect_error('EBADF', pshm_close(Fd)),
    pshm_delete(Name),
    expect_error('ENOENT', pshm_delete(Name)).

% Run a point, whose body is that of its clause.
run(Title-Body, Number, Good) :-
    catch(( once(Body) -> Problem = none ; Problem = failed ), Problem, true),
    (   Problem == none
    ->  format("ok ~d - ~w~n", [Number, Title]),
        Good = true
    ;   format("not ok ~d - ~w~n# ~p~n", [Number, Title, Problem]),
        Good = false
    ),
    flush_output.

scenario(Name) :-
    nb_setval(name, Name),
    findall(Title-Body, clause(point(Title), Body), Points),
    length(Points, Count),
    numlist(1, Count, Numbers),
    maplist(run, Points, Numbers, Results),
    format("1..~d~n", [Count]),
    (   memberchk(false, Results)
    ->  halt(1)
    ;   true
    ).

% The receiver of the descriptor: add one to the number at the start of the object.
receive(Socket) :-
    pshm_receive(Socket, inf, Fd),
    map_object(Fd, 8, Address),
    pshm_load(Address, int64, Number),
    Next is Number + 1,
    pshm_store(Address, int64, Next),
    pshm_unmap(Address, 8),
    pshm_close(Fd).

% A record: int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
record_size(128).

put_record(Fd, Slot, Offset) :-
    record_size(Size),
    pshm_map(Fd, Size, [read, write], shared, Offset, Address),
    Number is -9007199254740993 - Slot,
    pshm_store(Address, int64, Number),
    Small is -1 - Slot,
    SmallAddress is Address + 8,
    pshm_store(SmallAddress, int32, Small),
    TextAddress is Address + 16,
    pshm_store_bytes(TextAddress, "prolog gr\xC3\\xBC\\xC3\\x9F\t"),
    findall(Byte, (between(0, 63, I), Byte is (Slot * 31 + I * 7) mod 256), Pattern),
    PatternAddress is Address + 64,
    pshm_store_bytes(PatternAddress, Pattern),
    pshm_unmap(Address, Size).

print_record(Address, Slot) :-
    pshm_load(Address, int64, Number),
    SmallAddress is Address + 8,
    pshm_load(SmallAddress, int32, Small),
    TextAddress is Address + 16,
    pshm_load_bytes(TextAddress, 48, Padded),
    sub_string(Padded, Before, _, _, "\000\"),
    !,
    sub_string(Padded, 0, Before, _, Text),
    PatternAddress is Address + 64,
    pshm_load_bytes(PatternAddress, 64, Bytes),
    string_codes(Bytes, Pattern),
    foldl([Byte, I0-Sum0, I-Sum]>>(I is I0 + 1, Sum is Sum0 + I * Byte), Pattern, 0-0, _-Checksum),
    format("~w\t~d\t~d\t~d\t", [Slot, Number, Small, Checksum]),
    set_stream(user_output, encoding(octet)),
    format("~s~n", [Text]),
    set_stream(user_output, encoding(utf8)).

% Write one's record into the object, and into an anonymous one that goes to the socket.
write_records(Name, Slot, Socket) :-
    record_size(Size),
    pshm_open(Name, io, default, error, 0, Fd),
    Offset is Slot * Size,
    put_record(Fd, Slot, Offset),
    pshm_close(Fd),
    pshm_open_anonymous(io, 0o600, 0, Anonymous),
    pshm_truncate(Anonymous, Size),
    put_record(Anonymous, Slot, 0),
    pshm_send(Socket, Anonymous, inf),
    pshm_close(Anonymous).

% Print every record of the object, then the one of the object that comes from the socket.
read_records(Name, Count, Socket) :-
    record_size(Size),
    Length is Count * Size,
    pshm_open(Name, input, default, default, 0, Fd),
    pshm_map(Fd, Length, read, shared, 0, Address),
    Last is Count - 1,
    forall(between(0, Last, Slot),
           (   Record is Address + Slot * Size,
               print_record(Record, Slot)
           )),
    pshm_unmap(Address, Length),
    pshm_close(Fd),
    pshm_receive(Socket, inf, Received),
    pshm_map(Received, Size, read, shared, 0, Copy),
    print_record(Copy, received),
    pshm_unmap(Copy, Size),
    pshm_close(Received).

% Message N of an exchange is N * 51 bytes of a pattern, from byte N of it.
capacity(4096).
ring_size(4352).
longest(2040).

message(N, Message) :-
    Last is N * 51 - 1,
    findall(Byte, (between(0, Last, I), Byte is (N + I) * 7 mod 256), Codes),
    string_codes(Message, Codes).

join(From, To) :-
    capacity(Capacity),
    pshm_ring_join(To, Capacity, sender, _),
    pshm_ring_join(From, Capacity, receiver, _).

% Send each message, and receive it back. How many are equal.
talk(There, Back, Good) :-
    capacity(Capacity),
    long(Long),
    join(Back, There),
    aggregate_all(count, (between(0, 40, N), sent_back(N, There, Back)), Good),
    pshm_ring_leave(There, Capacity, sender),
    expect_error('ENODATA', pshm_ring_peek(Back, Capacity, Long, _, _)),
    pshm_ring_leave(Back, Capacity, receiver).

sent_back(N, There, Back) :-
    capacity(Capacity),
    longest(Longest),
    long(Long),
    message(N, Message),
    pshm_ring_send(There, Capacity, Message, Long),
    pshm_ring_receive(Back, Capacity, Longest, Long, Received),
    Received == Message.

% Send back each message, from one ring into the other, until the sender leaves.
serve(There, Back) :-
    capacity(Capacity),
    join(There, Back),
    repeat,
    \+ send_back(There, Back),
    !,
    pshm_ring_leave(Back, Capacity, sender),
    pshm_ring_leave(There, Capacity, receiver).

send_back(There, Back) :-
    capacity(Capacity),
    long(Long),
    catch(pshm_ring_peek(There, Capacity, Long, Message, Length), error(posix_shm_error('ENODATA', _), _), fail),
    pshm_ring_reserve(Back, Capacity, Length, Long, Copy),
    pshm_copy(Copy, Message, Length),
    pshm_ring_commit(Back, Capacity, Length),
    pshm_ring_release(There, Capacity).

% Talk to all others, and serve each of them, sender after sender.
exchange(Name, Slot, Count) :-
    ring_size(Ring),
    Size is 2 * Ring * Count * Count,
    pshm_open(Name, io, default, error, 0, Fd),
    map_object(Fd, Size, Rings),
    Last is Count - 1,
    forall((   between(0, Last, Sender),
               between(0, Last, Receiver),
               Sender =\= Receiver
           ),
           (   There is Rings + 2 * Ring * (Sender * Count + Receiver),
               Back is There + Ring,
               take_part(Slot, Sender, Receiver, There, Back)
           )),
    pshm_unmap(Rings, Size),
    pshm_close(Fd).

take_part(Slot, Slot, Receiver, There, Back) :-
    !,
    talk(There, Back, Good),
    format("~d\t~d~n", [Receiver, Good]).
take_part(Slot, _, Slot, There, Back) :-
    !,
    serve(There, Back).
take_part(_, _, _, _, _).

main([scenario, Name]) :- scenario(Name).
main([receive, Socket]) :- atom_number(Socket, Fd), receive(Fd).
main([count, Name, Offset]) :- atom_number(Offset, Number), count(Name, Number).
main([exchange, Name, Slot, Count]) :- maplist(atom_number, [Slot, Count], [Number, All]), exchange(Name, Number, All).
main([write, Name, Slot, Socket]) :- maplist(atom_number, [Slot, Socket], [Number, Fd]), write_records(Name, Number, Fd).
main([read, Name, Count, Socket]) :- maplist(atom_number, [Count, Socket], [Number, Fd]), read_records(Name, Number, Fd).

main :-
    current_prolog_flag(argv, Arguments),
    main(Arguments).
