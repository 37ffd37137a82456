// SPDX-License-Identifier: BSD-3-Clause
// The common scenario in Pascal, over the generated unit posix_shm.
program Scenario;

{$mode objfpc}{$H+}

uses
  cthreads, Classes, SysUtils, Unix, ctypes, posix_shm;

const
  Extent = 32768;
  NoLimit = -1;
  LongTime = 600000000000;
  ReadWrite = PSHM_PROT_READ or PSHM_PROT_WRITE;

  // What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
  SharedOffset = 8192;
  SharedSize = SharedOffset + 64;
  Lock = 0;
  Guarded = 8;
  Atomic = 16;
  Arrived = 20;
  Beside = 24;
  Done = 28;
  Gate = 32;
  Left = 36;
  Turns = 1000;

  // Message N of an exchange is N * Step bytes of a pattern, from byte N of it.
  Capacity = PSHM_RING_CAPACITY_MIN;
  Ring = PSHM_RING_HEADER_SIZE + Capacity;
  Messages = 41;
  Step = 51;
  Longest = 2040;

type
  TPoint = procedure;

  // A record of the matrix: 4 bytes are unused.
  PRecord = ^TRecord;
  TRecord = packed record
    Number: Int64;
    Small: Int32;
    Unused: Int32;
    Text: array[0..47] of AnsiChar;
    Pattern: array[0..63] of Byte;
  end;

  TBeside = class(TThread)
    Shared: Pointer;
    procedure Execute; override;
  end;

procedure Expect(Condition: Boolean; const Message: string);
begin
  if not Condition then
    raise Exception.Create(Message);
end;

procedure ExpectInteger(Got, Wanted: Int64);
begin
  Expect(Got = Wanted, Format('%d instead of %d', [Got, Wanted]));
end;

procedure ExpectText(const Got, Wanted: string);
begin
  Expect(Got = Wanted, Format('%s instead of %s', [Got, Wanted]));
end;

// Must the procedure fail with this error?
procedure ExpectError(Body: TPoint; const Name: string);
begin
  try
    Body();
  except
    on E: EPosixShm do
    begin
      ExpectText(E.ErrorName, Name);
      Exit;
    end;
  end;
  raise Exception.Create('success instead of ' + Name);
end;

function MapObject(Fd: cint; Length: Int64; Offset: Int64 = 0; Protections: cint = ReadWrite): Pointer;
begin
  Result := PshmMap(Fd, Length, Protections, PSHM_MAP_SHARED, Offset);
end;

function Mapped(const Name: string): Boolean;
var
  Maps: TStringList;
begin
  Maps := TStringList.Create;
  try
    Maps.LoadFromFile('/proc/self/maps');
    Result := Pos(Name, Maps.Text) > 0;
  finally
    Maps.Free;
  end;
end;

// A handler of a signal has run: call again.
procedure Acquire(Shared: Pointer);
begin
  repeat
    try
      Expect(not PshmLockAcquire(Shared + Lock, LongTime), 'the lock is damaged');
      Exit;
    except
      on E: EPosixShm do
        if E.ErrorName <> 'EINTR' then
          raise;
    end;
  until False;
end;

procedure AddAndWake(Word: Pointer);
begin
  PshmAtomicUpdate32(Word, PSHM_ATOMIC_ADD, 1);
  PshmAtomicWake(Word, MaxInt);
end;

procedure WaitUntil(Word: Pointer; Value: Int64);
var
  Now: Int64;
begin
  repeat
    Now := PshmAtomicLoad32(Word);
    if Now = Value then
      Exit;
    try
      PshmAtomicWait(Word, Now, LongTime);
    except
      on E: EPosixShm do
        if E.ErrorName <> 'EINTR' then
          raise;
    end;
  until False;
end;

procedure TakeTurns(Shared: Pointer);
var
  Turn: Integer;
begin
  for Turn := 1 to Turns do
  begin
    Acquire(Shared);
    Inc(PInt64(Shared + Guarded)^);
    PshmLockRelease(Shared + Lock);
    PshmAtomicUpdate32(Shared + Atomic, PSHM_ATOMIC_ADD, 1);
  end;
end;

procedure TBeside.Execute;
begin
  Sleep(50);
  AddAndWake(Shared + Beside);
end;

// Wait for the lock that another process holds, while a thread of this one runs; count beside it; wait for its leave.
procedure Count(const Name: string; Offset: Int64);
var
  Fd: cint;
  Address, Shared: Pointer;
  Thread: TBeside;
begin
  Fd := PshmOpen(Name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_DEFAULT, PSHM_IF_DOES_NOT_EXIST_ERROR, 0);
  Address := MapObject(Fd, SharedSize);
  Shared := Address + Offset;
  AddAndWake(Shared + Arrived);
  Thread := TBeside.Create(True);
  Thread.Shared := Shared;
  Thread.Start;
  Acquire(Shared);
  Thread.WaitFor;
  Thread.Free;
  PshmLockRelease(Shared + Lock);
  TakeTurns(Shared);
  AddAndWake(Shared + Done);
  WaitUntil(Shared + Gate, 1);
  AddAndWake(Shared + Left);
  PshmUnmap(Address, SharedSize);
  PshmClose(Fd);
end;

// The scenario

var
  ObjectName: string;
  Fd: cint;
  Address: Pointer;
  Number, Failures: Integer;

procedure OpenExclusively;
var
  Created: Boolean;
begin
  Fd := PshmOpen(ObjectName, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_ERROR, PSHM_IF_DOES_NOT_EXIST_CREATE, &600, Created);
  Expect(Created, 'not created');
end;

procedure OpenNone;
begin
  PshmOpen(ObjectName + '-none', PSHM_DIRECTION_INPUT, 0, 0, 0);
end;

procedure DeleteNoSlash;
begin
  PshmDelete('noslash');
end;

procedure DeleteWithNul;
begin
  PshmDelete(ObjectName + '-none'#0'x');
end;

procedure MapNegative;
begin
  MapObject(Fd, -1);
end;

procedure ParseUnknown;
begin
  PshmFlagsParse(PSHM_KIND_MODE, 'user-fly');
end;

procedure CloseAgain;
begin
  PshmClose(Fd);
end;

procedure DeleteAgain;
begin
  PshmDelete(ObjectName);
end;

procedure CheckVersion;
var
  Version: cint;
begin
  Version := PshmVersion;
  ExpectText(PshmVersionString, Format('%d.%d.%d', [Version div 1000000, Version div 1000 mod 1000, Version mod 1000]));
end;

procedure ToldThatItExists;
begin
  ExpectError(@OpenExclusively, 'EEXIST');
  ExpectText(PshmErrorName(PshmErrno), 'EEXIST');
end;

procedure SizeAllocateMap;
begin
  PshmTruncate(Fd, Extent);
  PshmAllocate(Fd, Extent div 2);
  Address := MapObject(Fd, Extent);
end;

procedure WriteAndRead;
var
  I: Integer;
  Bytes: array[0..255] of Byte;
begin
  for I := 0 to 255 do
    PByte(Address)[4096 + I] := I * 7 mod 256;
  ExpectInteger(PshmRead(Fd, Bytes, 256, 4096), 256);
  for I := 0 to 255 do
    ExpectInteger(Bytes[I], I * 7 mod 256);
  ExpectInteger(PshmWrite(Fd, PAnsiChar('hello')^, 5, 100), 5);
  Expect(CompareByte(PByte(Address)[100], PAnsiChar('hello')^, 5) = 0, 'other bytes');
  ExpectInteger(PshmRead(Fd, Bytes, 256, Extent - 100), 100);
end;

procedure StatFields;
var
  Fields: TPshmFields;
begin
  Fields := PshmFstat(Fd);
  ExpectInteger(Fields[PSHM_STAT_SIZE], Extent);
  ExpectInteger(Fields[PSHM_STAT_MODE], &600);
  ExpectInteger(Fields[PSHM_STAT_NLINK], 1);
  Expect(Fields[PSHM_STAT_BLOCKS] >= Extent div 2 div 512, 'too few blocks');
end;

procedure ParsePermissions;
const
  Keywords = 'user-read user-write group-read';
begin
  ExpectInteger(PshmFlagsParse(PSHM_KIND_MODE, Keywords), &640);
  ExpectText(PshmFlagsFormat(PSHM_KIND_MODE, &640), Keywords);
  ExpectError(@ParseUnknown, 'EINVAL');
end;

procedure EnumerateConstants;
var
  I: Integer;
begin
  Expect(PshmConstantCount > 50, 'few constants');
  for I := 0 to PshmConstantCount - 1 do
    ExpectInteger(PshmConstant(PshmConstantName(I)), PshmConstantValue(I));
  ExpectInteger(PshmConstant('PSHM_MAP_SHARED'), PSHM_MAP_SHARED);
  ExpectText(PshmConstantName(PshmConstantCount), '');
end;

procedure FailWithNames;
begin
  ExpectError(@OpenNone, 'ENOENT');
  ExpectError(@DeleteNoSlash, 'EINVAL');
  ExpectError(@DeleteWithNul, 'EINVAL');
  ExpectError(@MapNegative, 'EINVAL');
  ExpectText(PshmErrorName(PshmErrno), 'EINVAL');
end;

procedure Anonymous;
var
  Another: cint;
  Fields: TPshmFields;
begin
  Another := PshmOpenAnonymous(PSHM_DIRECTION_IO, &640, 0);
  Fields := PshmFstat(Another);
  ExpectInteger(Fields[PSHM_STAT_NLINK], 0);
  ExpectInteger(Fields[PSHM_STAT_MODE], &640);
  PshmClose(Another);
end;

procedure PassDescriptor;
var
  Here, There: cint;
begin
  PshmSocketpair(Here, There);
  PInt64(Address)^ := 9007199254740992;
  PshmSend(Here, Fd, NoLimit);
  PshmSetInheritable(There, True);
  ExpectInteger(fpSystem(Format('%s receive %d', [GetEnvironmentVariable('POSIX_SHM_CONSUMER'), There])), 0);
  ExpectInteger(PInt64(Address)^, 9007199254740993);
  PshmClose(Here);
  PshmClose(There);
end;

procedure CountWithAnother;
var
  Shared: Pointer;
begin
  Shared := Address + SharedOffset;
  Acquire(Shared);
  fpSystem(Format('%s count %s %d &', [GetEnvironmentVariable('POSIX_SHM_CONSUMER'), ObjectName, SharedOffset]));
  WaitUntil(Shared + Arrived, 1);
  WaitUntil(Shared + Beside, 1);
  PshmLockRelease(Shared + Lock);
  TakeTurns(Shared);
  WaitUntil(Shared + Done, 1);
  ExpectInteger(PInt64(Shared + Guarded)^, 2 * Turns);
  ExpectInteger(PshmAtomicLoad32(Shared + Atomic), 2 * Turns);
  AddAndWake(Shared + Gate);
  WaitUntil(Shared + Left, 1);
end;

procedure CloseAndDelete;
begin
  Expect(Mapped(ObjectName), 'not mapped');
  PshmUnmap(Address, Extent);
  Expect(not Mapped(ObjectName), 'still mapped');
  PshmClose(Fd);
  ExpectError(@CloseAgain, 'EBADF');
  PshmDelete(ObjectName);
  ExpectError(@DeleteAgain, 'ENOENT');
end;

procedure Point(const Title: string; Body: TPoint);
begin
  Inc(Number);
  try
    Body();
    WriteLn('ok ', Number, ' - ', Title);
  except
    on E: Exception do
    begin
      WriteLn('not ok ', Number, ' - ', Title, LineEnding, '# ', E.Message);
      Inc(Failures);
    end;
  end;
  Flush(Output);
end;

procedure RunScenario(const Name: string);
begin
  ObjectName := Name;
  Point('load the library and check its version', @CheckVersion);
  Point('open exclusively', @OpenExclusively);
  Point('be told by name that it exists', @ToldThatItExists);
  Point('size, allocate, map', @SizeAllocateMap);
  Point('write a pattern, read it back through pshm_read', @WriteAndRead);
  Point('stat with named fields', @StatFields);
  Point('parse a permission list', @ParsePermissions);
  Point('enumerate the constants', @EnumerateConstants);
  Point('fail with the right error name', @FailWithNames);
  Point('make an anonymous object', @Anonymous);
  Point('pass a descriptor to another process', @PassDescriptor);
  Point('count with another process under a lock, and wake each other', @CountWithAnother);
  Point('close, delete', @CloseAndDelete);
  WriteLn('1..', Number);
  if Failures > 0 then
    Halt(1);
end;

// The receiver of the descriptor: add one to the number at the start of the object.
procedure Receive(Socket: cint);
begin
  Fd := PshmReceive(Socket, NoLimit);
  Address := MapObject(Fd, 8);
  Inc(PInt64(Address)^);
  PshmUnmap(Address, 8);
  PshmClose(Fd);
end;

// Records

procedure PutRecord(Fd, Slot: cint; Offset: Int64);
const
  Text: RawByteString = 'pascal grüßt';
var
  Target: PRecord;
  I: Integer;
begin
  Target := MapObject(Fd, SizeOf(TRecord), Offset);
  Target^.Number := -9007199254740993 - Slot;
  Target^.Small := -1 - Slot;
  Move(Text[1], Target^.Text, Length(Text));
  for I := 0 to 63 do
    Target^.Pattern[I] := (Slot * 31 + I * 7) mod 256;
  PshmUnmap(Target, SizeOf(TRecord));
end;

procedure PrintRecord(Source: PRecord; const Slot: string);
var
  I, Sum: Integer;
begin
  Sum := 0;
  for I := 0 to 63 do
    Inc(Sum, (I + 1) * Source^.Pattern[I]);
  WriteLn(Slot, #9, Source^.Number, #9, Source^.Small, #9, Sum, #9, PAnsiChar(@Source^.Text));
end;

// Write one's record into the object, and into an anonymous one that goes to the socket.
procedure WriteRecords(const Name: string; Slot, Socket: cint);
begin
  Fd := PshmOpen(Name, PSHM_DIRECTION_IO, 0, PSHM_IF_DOES_NOT_EXIST_ERROR, 0);
  PutRecord(Fd, Slot, Slot * SizeOf(TRecord));
  PshmClose(Fd);
  Fd := PshmOpenAnonymous(PSHM_DIRECTION_IO, &600, 0);
  PshmTruncate(Fd, SizeOf(TRecord));
  PutRecord(Fd, Slot, 0);
  PshmSend(Socket, Fd, NoLimit);
  PshmClose(Fd);
end;

// Print every record of the object, then the one of the object that comes from the socket.
procedure ReadRecords(const Name: string; Count, Socket: cint);
var
  Slot: Integer;
  Records: PRecord;
begin
  Fd := PshmOpen(Name, PSHM_DIRECTION_INPUT, 0, 0, 0);
  Records := MapObject(Fd, Count * SizeOf(TRecord), 0, PSHM_PROT_READ);
  for Slot := 0 to Count - 1 do
    PrintRecord(@Records[Slot], IntToStr(Slot));
  PshmUnmap(Records, Count * SizeOf(TRecord));
  PshmClose(Fd);
  Fd := PshmReceive(Socket, NoLimit);
  Records := MapObject(Fd, SizeOf(TRecord), 0, PSHM_PROT_READ);
  PrintRecord(Records, 'received');
  PshmUnmap(Records, SizeOf(TRecord));
  PshmClose(Fd);
end;

// Messages

procedure Join(From, Target: Pointer);
begin
  PshmRingJoin(Target, Capacity, PSHM_RING_SENDER);
  PshmRingJoin(From, Capacity, PSHM_RING_RECEIVER);
end;

// Call a function of C again after a signal; raise its other errors.
function Repeated(AResult: cint64; const Operation: string): Boolean;
begin
  Result := (AResult < 0) and (PshmErrorName(AResult) = 'EINTR');
  if not Result then
    PshmCheck(AResult, Operation);
end;

// Wait for a message. Its address, or nil if the sender has left.
function Peek(From: Pointer; out Length: cint64): Pointer;
var
  Address: cint64;
begin
  repeat
    Address := pshm_ring_peek(PtrInt(From), Capacity, LongTime, @Length);
    if (Address < 0) and (PshmErrorName(Address) = 'ENODATA') then
      Exit(nil);
  until not Repeated(Address, 'peek');
  Result := Pointer(PtrInt(Address));
end;

// Send each message, and receive it back. How many are equal.
function Talk(There, Back: Pointer): Integer;
var
  Pattern: array[0..Longest + Messages] of Byte;
  Buffer: array[0..Longest - 1] of Byte;
  Length: cint64;
  I, N: Integer;
begin
  Join(Back, There);
  for I := 0 to High(Pattern) do
    Pattern[I] := I * 7 mod 256;
  Result := 0;
  for N := 0 to Messages - 1 do
  begin
    while Repeated(pshm_ring_send(PtrInt(There), Capacity, @Pattern[N], N * Step, LongTime), 'send') do;
    repeat
      Length := pshm_ring_receive(PtrInt(Back), Capacity, @Buffer, Longest, LongTime);
    until not Repeated(Length, 'receive');
    if (Length = N * Step) and (CompareByte(Buffer, Pattern[N], Length) = 0) then
      Inc(Result);
  end;
  PshmRingLeave(There, Capacity, PSHM_RING_SENDER);
  Expect(Peek(Back, Length) = nil, 'a message too many');
  PshmRingLeave(Back, Capacity, PSHM_RING_RECEIVER);
end;

// Send back each message, from one ring into the other, until the sender leaves.
procedure Serve(There, Back: Pointer);
var
  Message: Pointer;
  Copy, Length: cint64;
begin
  Join(There, Back);
  Message := Peek(There, Length);
  while Message <> nil do
  begin
    repeat
      Copy := pshm_ring_reserve(PtrInt(Back), Capacity, Length, LongTime);
    until not Repeated(Copy, 'reserve');
    Move(Message^, Pointer(PtrInt(Copy))^, Length);
    PshmRingCommit(Back, Capacity, Length);
    PshmRingRelease(There, Capacity);
    Message := Peek(There, Length);
  end;
  PshmRingLeave(Back, Capacity, PSHM_RING_SENDER);
  PshmRingLeave(There, Capacity, PSHM_RING_RECEIVER);
end;

// Talk to all others, and serve each of them, sender after sender.
procedure Exchange(const Name: string; Slot, Count: Integer);
var
  Size: Int64;
  Rings, There: Pointer;
  Sender, Receiver: Integer;
begin
  Size := Int64(2) * Ring * Count * Count;
  Fd := PshmOpen(Name, PSHM_DIRECTION_IO, 0, PSHM_IF_DOES_NOT_EXIST_ERROR, 0);
  Rings := MapObject(Fd, Size);
  for Sender := 0 to Count - 1 do
    for Receiver := 0 to Count - 1 do
    begin
      if Receiver = Sender then
        Continue;
      There := Rings + 2 * Ring * (Sender * Count + Receiver);
      if Sender = Slot then
        WriteLn(Receiver, #9, Talk(There, There + Ring));
      if Receiver = Slot then
        Serve(There, There + Ring);
    end;
  PshmUnmap(Rings, Size);
  PshmClose(Fd);
end;

begin
  case ParamStr(1) of
    'scenario': RunScenario(ParamStr(2));
    'receive': Receive(StrToInt(ParamStr(2)));
    'count': Count(ParamStr(2), StrToInt(ParamStr(3)));
    'exchange': Exchange(ParamStr(2), StrToInt(ParamStr(3)), StrToInt(ParamStr(4)));
    'write': WriteRecords(ParamStr(2), StrToInt(ParamStr(3)), StrToInt(ParamStr(4)));
    'read': ReadRecords(ParamStr(2), StrToInt(ParamStr(3)), StrToInt(ParamStr(4)));
  else
    Halt(2);
  end;
end.
