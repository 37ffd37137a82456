--  SPDX-License-Identifier: BSD-3-Clause
--  The common scenario in Ada, over the generated package Posix_Shm.

with Ada.Calendar;                use Ada.Calendar;
with Ada.Command_Line;            use Ada.Command_Line;
with Ada.Environment_Variables;
with Ada.Exceptions;              use Ada.Exceptions;
with Ada.Streams;                 use Ada.Streams;
with Ada.Strings.Fixed;           use Ada.Strings.Fixed;
with Ada.Text_IO;                 use Ada.Text_IO;
with Interfaces;                  use Interfaces;
with Interfaces.C;
with Posix_Shm;                   use Posix_Shm;
with System;
with System.Storage_Elements;     use System.Storage_Elements;

procedure Scenario is

   use type Interfaces.C.int;
   use type Interfaces.C.unsigned;

   Extent     : constant := 32_768;
   Long       : constant Duration := 600.0;
   Read_Write : constant Prot_Flags := Prot_Read or Prot_Write;

   --  What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
   Shared_Offset : constant := 8_192;
   Shared_Size   : constant := Shared_Offset + 64;
   At_Lock       : constant := 0;
   At_Guarded    : constant := 8;
   At_Atomic     : constant := 16;
   At_Arrived    : constant := 20;
   At_Beside     : constant := 24;
   At_Done       : constant := 28;
   At_Gate       : constant := 32;
   At_Left       : constant := 36;
   Turns         : constant := 1_000;

   --  A record of the matrix: 4 bytes are unused.
   Text_Length : constant := 48;
   type Octets is array (Natural range <>) of Unsigned_8;
   type Shared_Record is record
      Number  : Integer_64;
      Small   : Integer_32;
      Unused  : Integer_32;
      Text    : String (1 .. Text_Length);
      Pattern : Octets (0 .. 63);
   end record with Convention => C;
   Record_Size : constant := 128;

   --  Message N of an exchange is N * Step bytes of a pattern, from byte N of it.
   Capacity : constant := Ring_Capacity_Min;
   Ring     : constant := Ring_Header_Size + Capacity;
   Messages : constant := 41;
   Step     : constant := 51;
   Longest  : constant := 2_040;

   Failed : exception;

   function Image (Value : Integer_64) return String is (Trim (Value'Image, Ada.Strings.Left));

   procedure Expect (Condition : Boolean; Message : String) is
   begin
      if not Condition then
         raise Failed with Message;
      end if;
   end Expect;

   procedure Expect (Got, Wanted : Integer_64) is
   begin
      Expect (Got = Wanted, Image (Got) & " instead of " & Image (Wanted));
   end Expect;

   procedure Expect (Got, Wanted : String) is
   begin
      Expect (Got = Wanted, Got & " instead of " & Wanted);
   end Expect;

   --  Must the procedure fail with this error?
   procedure Expect_Error (Action : not null access procedure; Name : String) is
   begin
      begin
         Action.all;
      exception
         when Error : Shm_Error =>
            Expect (Error_Name (Error), Name);
            return;
      end;
      raise Failed with "success instead of " & Name;
   end Expect_Error;

   function Shell (Command : String) return Interfaces.C.int is
      function System_Of_C (Command : Interfaces.C.char_array) return Interfaces.C.int
        with Import, Convention => C, External_Name => "system";
   begin
      return System_Of_C (Interfaces.C.To_C (Command));
   end Shell;

   function Consumer return String is (Ada.Environment_Variables.Value ("POSIX_SHM_CONSUMER"));

   function Map_Object (Fd : Descriptor; Length : Integer_64; Offset : Integer_64 := 0; Protections : Prot_Flags := Read_Write)
     return System.Address is (Map (Fd, Length, Protections, Map_Shared, Offset));

   function Mapped (Name : String) return Boolean is
      Maps  : File_Type;
      Found : Boolean := False;
   begin
      Open (Maps, In_File, "/proc/self/maps");
      while not End_Of_File (Maps) loop
         Found := Index (Get_Line (Maps), Name) > 0 or else Found;
      end loop;
      Close (Maps);
      return Found;
   end Mapped;

   --  A handler of a signal has run: call again.
   procedure Acquire (Shared : System.Address) is
   begin
      loop
         begin
            Expect (not Lock_Acquire (Shared + At_Lock, Long), "the lock is damaged");
            return;
         exception
            when Error : Shm_Error =>
               if Error_Name (Error) /= "EINTR" then
                  raise;
               end if;
         end;
      end loop;
   end Acquire;

   procedure Add (Word : System.Address) is
      Old : constant Integer_64 := Atomic_Update32 (Word, Atomic_Add, 1);
      pragma Unreferenced (Old);
   begin
      null;
   end Add;

   procedure Add_And_Wake (Word : System.Address) is
   begin
      Add (Word);
      Atomic_Wake (Word, Interfaces.C.int'Last);
   end Add_And_Wake;

   procedure Wait_Until (Word : System.Address; Value : Integer_64) is
      Now : Integer_64;
   begin
      loop
         Now := Atomic_Load32 (Word);
         exit when Now = Value;
         begin
            Atomic_Wait (Word, Now, Long);
         exception
            when Error : Shm_Error =>
               if Error_Name (Error) /= "EINTR" then
                  raise;
               end if;
         end;
      end loop;
   end Wait_Until;

   procedure Take_Turns (Shared : System.Address) is
      Guarded : Integer_64 with Import, Volatile, Address => Shared + At_Guarded;
   begin
      for Turn in 1 .. Turns loop
         Acquire (Shared);
         Guarded := Guarded + 1;
         Lock_Release (Shared + At_Lock);
         Add (Shared + At_Atomic);
      end loop;
   end Take_Turns;

   --  Wait for the lock that another process holds, while a task of this one runs; count beside it; wait for its leave.
   procedure Count (Name : String; Offset : Storage_Offset) is
      Fd      : constant Descriptor := Open (Name, Direction_Io, If_Does_Not_Exist => If_Does_Not_Exist_Error, Permissions => 0);
      Address : constant System.Address := Map_Object (Fd, Shared_Size);
      Shared  : constant System.Address := Address + Offset;
   begin
      Add_And_Wake (Shared + At_Arrived);
      declare
         task Beside;
         task body Beside is
         begin
            delay 0.05;
            Add_And_Wake (Shared + At_Beside);
         end Beside;
      begin
         Acquire (Shared);
      end;
      Lock_Release (Shared + At_Lock);
      Take_Turns (Shared);
      Add_And_Wake (Shared + At_Done);
      Wait_Until (Shared + At_Gate, 1);
      Add_And_Wake (Shared + At_Left);
      Unmap (Address, Shared_Size);
      Close (Fd);
   end Count;

   --  The scenario

   function Run (Name : String) return Boolean is
      Number  : Natural := 0;
      Good    : Boolean := True;
      Fd      : Descriptor;
      Address : System.Address;

      procedure Point (Title : String; Action : not null access procedure) is
      begin
         Number := Number + 1;
         Action.all;
         Put_Line ("ok" & Number'Image & " - " & Title);
         Flush;
      exception
         when Problem : others =>
            Put_Line ("not ok" & Number'Image & " - " & Title);
            Put_Line ("# " & Exception_Information (Problem));
            Good := False;
      end Point;

      procedure Check_Version is
         Number : constant Integer_64 := Integer_64 (Version);
      begin
         Expect (Version_String, Image (Number / 1_000_000) & "." & Image (Number / 1_000 mod 1_000) & "." & Image (Number mod 1_000));
      end Check_Version;

      procedure Open_Exclusively is
         Created : Boolean;
      begin
         Fd := Open (Name, Direction_Io, If_Exists_Error, If_Does_Not_Exist_Create, 8#600#, Created);
         Expect (Created, "not created");
      end Open_Exclusively;

      procedure Told_That_It_Exists is
      begin
         Expect_Error (Open_Exclusively'Access, "EEXIST");
         Expect (Error_Name (Errno), "EEXIST");
      end Told_That_It_Exists;

      procedure Size_Allocate_Map is
      begin
         Truncate (Fd, Extent);
         Allocate (Fd, Extent / 2);
         Address := Map_Object (Fd, Extent);
      end Size_Allocate_Map;

      procedure Write_And_Read is
         Memory  : Stream_Element_Array (0 .. Extent - 1) with Import, Address => Address;
         Pattern : Stream_Element_Array (0 .. 255);
         Bytes   : Stream_Element_Array (0 .. 255);
         Hello   : constant Stream_Element_Array := (Character'Pos ('h'), Character'Pos ('e'), 108, 108, Character'Pos ('o'));
      begin
         for I in Pattern'Range loop
            Pattern (I) := Stream_Element (I * 7 mod 256);
         end loop;
         Memory (4_096 .. 4_351) := Pattern;
         Expect (Read (Fd, Bytes, 4_096), 256);
         Expect (Bytes = Pattern, "read another pattern");
         Expect (Write (Fd, Hello, 100), 5);
         Expect (Memory (100 .. 104) = Hello, "wrote something else");
         Expect (Read (Fd, Bytes, Extent - 100), 100);
      end Write_And_Read;

      procedure Check_Fields is
         Fields : constant Stat_Field_List := Fstat (Fd);
      begin
         Expect (Fields (Stat_Size), Extent);
         Expect (Fields (Stat_Mode), 8#600#);
         Expect (Fields (Stat_Nlink), 1);
         Expect (Fields (Stat_Blocks) >= Extent / 2 / 512, "too few blocks");
      end Check_Fields;

      procedure Parse_Unknown is
      begin
         Expect (Flags_Parse (Kind_Mode, "user-fly") = 0, "parsed");
      end Parse_Unknown;

      procedure Parse_Permissions is
         Keywords : constant String := "user-read user-write group-read";
      begin
         Expect (Flags_Parse (Kind_Mode, Keywords) = 8#640#, "other permissions");
         Expect (Flags_Format (Kind_Mode, 8#640#), Keywords);
         Expect_Error (Parse_Unknown'Access, "EINVAL");
      end Parse_Permissions;

      procedure Enumerate_Constants is
      begin
         Expect (Constant_Count > 50, "few constants");
         for I in 0 .. Constant_Count - 1 loop
            Expect (Pshm_Constant (Constant_Name (I)) = Constant_Value (I), Constant_Name (I));
         end loop;
         Expect (Pshm_Constant ("PSHM_MAP_SHARED") = Interfaces.C.int (Map_Shared), "PSHM_MAP_SHARED");
         Expect (Pshm_Constant ("PSHM_IF_EXISTS_NIL") = If_Exists_Option'Enum_Rep (If_Exists_Nil), "PSHM_IF_EXISTS_NIL");
         Expect (Constant_Name (Constant_Count), "");
      end Enumerate_Constants;

      procedure Open_None is
      begin
         Fd := Open (Name & "-none", Direction_Input, Permissions => 0);
      end Open_None;

      procedure Delete_Without_Slash is
      begin
         Delete ("noslash");
      end Delete_Without_Slash;

      procedure Delete_With_NUL is
      begin
         Delete (Name & "-none" & ASCII.NUL & "x");
      end Delete_With_NUL;

      procedure Map_Negative is
      begin
         Address := Map_Object (Fd, -1);
      end Map_Negative;

      procedure Wait_Briefly is
      begin
         Atomic_Wait (Address, Atomic_Load32 (Address), 0.01);
      end Wait_Briefly;

      procedure Fail_With_Names is
         Start : constant Time := Clock;
      begin
         Expect_Error (Wait_Briefly'Access, "ETIMEDOUT");
         Expect (Clock - Start in 0.01 .. 5.0, "waited for" & Duration'Image (Clock - Start));
         Expect_Error (Open_None'Access, "ENOENT");
         Expect_Error (Delete_Without_Slash'Access, "EINVAL");
         Expect_Error (Delete_With_NUL'Access, "EINVAL");
         Expect_Error (Map_Negative'Access, "EINVAL");
         Expect (Error_Name (Errno), "EINVAL");
      end Fail_With_Names;

      procedure Make_Anonymous is
         Anonymous : constant Descriptor := Open_Anonymous (Direction_Io, 8#640#, 0);
      begin
         Expect (Fstat (Anonymous) (Stat_Nlink), 0);
         Expect (Fstat (Anonymous) (Stat_Mode), 8#640#);
         Seal (Anonymous, Seal_Grow or Seal_Shrink);
         Expect (Seals (Anonymous) = (Seal_Shrink or Seal_Grow), "other seals");
         Close (Anonymous);
      end Make_Anonymous;

      procedure Pass_Descriptor is
         Number      : Integer_64 with Import, Volatile, Address => Address;
         Here, There : Descriptor;
      begin
         Socketpair (Here, There);
         Number := 9_007_199_254_740_992;
         Send (Here, Fd, No_Limit);
         Set_Inheritable (There, True);
         Expect (Shell (Consumer & " receive " & There'Image) = 0, "the other process failed");
         Expect (Number, 9_007_199_254_740_993);
         Close (Here);
         Close (There);
      end Pass_Descriptor;

      procedure Count_With_Another is
         Shared  : constant System.Address := Address + Shared_Offset;
         Guarded : Integer_64 with Import, Volatile, Address => Shared + At_Guarded;
      begin
         Acquire (Shared);
         Expect (Shell (Consumer & " count " & Name & Integer'Image (Shared_Offset) & " &") = 0, "no other process");
         Wait_Until (Shared + At_Arrived, 1);
         Wait_Until (Shared + At_Beside, 1);
         Lock_Release (Shared + At_Lock);
         Take_Turns (Shared);
         Wait_Until (Shared + At_Done, 1);
         Expect (Guarded, 2 * Turns);
         Expect (Atomic_Load32 (Shared + At_Atomic), 2 * Turns);
         Add_And_Wake (Shared + At_Gate);
         Wait_Until (Shared + At_Left, 1);
      end Count_With_Another;

      procedure Close_Again is
      begin
         Close (Fd);
      end Close_Again;

      procedure Delete_Again is
      begin
         Delete (Name);
      end Delete_Again;

      procedure Close_And_Delete is
      begin
         Expect (Mapped (Name), "not mapped");
         Unmap (Address, Extent);
         Expect (not Mapped (Name), "still mapped");
         Close (Fd);
         Expect_Error (Close_Again'Access, "EBADF");
         Delete (Name);
         Expect_Error (Delete_Again'Access, "ENOENT");
      end Close_And_Delete;

   begin
      Point ("load the library and check its version", Check_Version'Access);
      Point ("open exclusively", Open_Exclusively'Access);
      Point ("be told by name that it exists", Told_That_It_Exists'Access);
      Point ("size, allocate, map", Size_Allocate_Map'Access);
      Point ("write a pattern, read it back through pshm_read", Write_And_Read'Access);
      Point ("stat with named fields", Check_Fields'Access);
      Point ("parse a permission list", Parse_Permissions'Access);
      Point ("enumerate the constants", Enumerate_Constants'Access);
      Point ("fail with the right error name", Fail_With_Names'Access);
      Point ("make an anonymous object", Make_Anonymous'Access);
      Point ("pass a descriptor to another process", Pass_Descriptor'Access);
      Point ("count with another process under a lock, and wake each other", Count_With_Another'Access);
      Point ("close, delete", Close_And_Delete'Access);
      Put_Line ("1.." & Image (Integer_64 (Number)));
      return Good;
   end Run;

   --  The receiver of the descriptor: add one to the number at the start of the object.
   procedure Receive_Object (Socket : Descriptor) is
      Fd      : constant Descriptor := Receive (Socket, No_Limit);
      Address : constant System.Address := Map_Object (Fd, 8);
      Number  : Integer_64 with Import, Volatile, Address => Address;
   begin
      Number := Number + 1;
      Unmap (Address, 8);
      Close (Fd);
   end Receive_Object;

   --  Records

   procedure Put_Record (Fd : Descriptor; Slot : Integer; Offset : Integer_64) is
      Address : constant System.Address := Map_Object (Fd, Record_Size, Offset);
      Target  : Shared_Record with Import, Address => Address;
      Text    : constant String := "ada gr" & Character'Val (16#C3#) & Character'Val (16#BC#) & Character'Val (16#C3#)
        & Character'Val (16#9F#) & "t";
   begin
      Target.Number := -9_007_199_254_740_993 - Integer_64 (Slot);
      Target.Small := -1 - Integer_32 (Slot);
      Target.Text (1 .. Text'Length) := Text;
      for I in Target.Pattern'Range loop
         Target.Pattern (I) := Unsigned_8 ((Slot * 31 + I * 7) mod 256);
      end loop;
      Unmap (Address, Record_Size);
   end Put_Record;

   procedure Print_Record (Address : System.Address; Slot : String) is
      Source : Shared_Record with Import, Address => Address;
      Last   : constant Natural := Index (Source.Text, (1 => ASCII.NUL)) - 1;
      Sum    : Natural := 0;
   begin
      for I in Source.Pattern'Range loop
         Sum := Sum + (I + 1) * Natural (Source.Pattern (I));
      end loop;
      Put_Line (Slot & ASCII.HT & Image (Source.Number) & ASCII.HT & Image (Integer_64 (Source.Small)) & ASCII.HT
        & Image (Integer_64 (Sum)) & ASCII.HT & Source.Text (1 .. Last));
   end Print_Record;

   --  Write one's record into the object, and into an anonymous one that goes to the socket.
   procedure Write_Records (Name : String; Slot : Integer; Socket : Descriptor) is
      Fd        : constant Descriptor := Open (Name, Direction_Io, If_Does_Not_Exist => If_Does_Not_Exist_Error, Permissions => 0);
      Anonymous : constant Descriptor := Open_Anonymous (Direction_Io, 8#600#, 0);
   begin
      Put_Record (Fd, Slot, Integer_64 (Slot * Record_Size));
      Close (Fd);
      Truncate (Anonymous, Record_Size);
      Put_Record (Anonymous, Slot, 0);
      Send (Socket, Anonymous, No_Limit);
      Close (Anonymous);
   end Write_Records;

   --  Print every record of the object, then the one of the object that comes from the socket.
   procedure Read_Records (Name : String; Count : Integer; Socket : Descriptor) is
      Fd       : constant Descriptor := Open (Name, Direction_Input, Permissions => 0);
      Length   : constant Integer_64 := Integer_64 (Count * Record_Size);
      Address  : System.Address := Map_Object (Fd, Length, 0, Prot_Read);
      Received : Descriptor;
   begin
      for Slot in 0 .. Count - 1 loop
         Print_Record (Address + Storage_Offset (Slot * Record_Size), Image (Integer_64 (Slot)));
      end loop;
      Unmap (Address, Length);
      Close (Fd);
      Received := Receive (Socket, No_Limit);
      Address := Map_Object (Received, Record_Size, 0, Prot_Read);
      Print_Record (Address, "received");
      Unmap (Address, Record_Size);
      Close (Received);
   end Read_Records;

   --  Messages

   procedure Join (From, To : System.Address) is
      Anew : Boolean;
      pragma Unreferenced (Anew);
   begin
      Anew := Ring_Join (To, Capacity, Ring_Sender);
      Anew := Ring_Join (From, Capacity, Ring_Receiver);
   end Join;

   --  Wait for a message. False if the sender has left.
   function Peek (From : System.Address; Message : out System.Address; Length : out Integer_64) return Boolean is
   begin
      loop
         begin
            Message := Ring_Peek (From, Capacity, Long, Length);
            return True;
         exception
            when Error : Shm_Error =>
               if Error_Name (Error) = "ENODATA" then
                  return False;
               elsif Error_Name (Error) /= "EINTR" then
                  raise;
               end if;
         end;
      end loop;
   end Peek;

   --  Call again after a signal.
   procedure Again (Action : not null access procedure) is
   begin
      loop
         begin
            Action.all;
            return;
         exception
            when Error : Shm_Error =>
               if Error_Name (Error) /= "EINTR" then
                  raise;
               end if;
         end;
      end loop;
   end Again;

   --  Send each message, and receive it back. How many are equal.
   function Talk (There, Back : System.Address) return Natural is
      Pattern : Stream_Element_Array (0 .. Longest + Messages);
      Buffer  : Stream_Element_Array (0 .. Longest - 1);
      Message : System.Address;
      Length  : Integer_64;
      First   : Stream_Element_Offset := 0;
      Last    : Stream_Element_Offset := -1;
      Good    : Natural := 0;

      procedure Send is
      begin
         Ring_Send (There, Capacity, Pattern (First .. Last), Long);
      end Send;

      procedure Receive is
      begin
         Length := Ring_Receive (Back, Capacity, Buffer, Long);
      end Receive;
   begin
      Join (Back, There);
      for I in Pattern'Range loop
         Pattern (I) := Stream_Element (I * 7 mod 256);
      end loop;
      for N in Stream_Element_Offset range 0 .. Messages - 1 loop
         First := N;
         Last := N + N * Step - 1;
         Again (Send'Access);
         Again (Receive'Access);
         if Buffer (0 .. Stream_Element_Offset (Length) - 1) = Pattern (First .. Last) then
            Good := Good + 1;
         end if;
      end loop;
      Ring_Leave (There, Capacity, Ring_Sender);
      Expect (not Peek (Back, Message, Length), "a message too many");
      Ring_Leave (Back, Capacity, Ring_Receiver);
      return Good;
   end Talk;

   --  Send back each message, from one ring into the other, until the sender leaves.
   procedure Serve (There, Back : System.Address) is
      Message, Target : System.Address;
      Length          : Integer_64;

      procedure Reserve is
      begin
         Target := Ring_Reserve (Back, Capacity, Length, Long);
      end Reserve;
   begin
      Join (There, Back);
      while Peek (There, Message, Length) loop
         Again (Reserve'Access);
         declare
            Bytes : Stream_Element_Array (1 .. Stream_Element_Offset (Length)) with Import, Address => Message;
            Copy  : Stream_Element_Array (1 .. Stream_Element_Offset (Length)) with Import, Address => Target;
         begin
            Copy := Bytes;
         end;
         Ring_Commit (Back, Capacity, Length);
         Ring_Release (There, Capacity);
      end loop;
      Ring_Leave (Back, Capacity, Ring_Sender);
      Ring_Leave (There, Capacity, Ring_Receiver);
   end Serve;

   --  Talk to all others, and serve each of them, sender after sender.
   procedure Exchange (Name : String; Slot, Count : Integer) is
      Fd    : constant Descriptor := Open (Name, Direction_Io, If_Does_Not_Exist => If_Does_Not_Exist_Error, Permissions => 0);
      Size  : constant Integer_64 := 2 * Ring * Integer_64 (Count) ** 2;
      Rings : constant System.Address := Map_Object (Fd, Size);
      There : System.Address;
   begin
      for Sender in 0 .. Count - 1 loop
         for Receiver in 0 .. Count - 1 loop
            There := Rings + Storage_Offset (2 * Ring * (Sender * Count + Receiver));
            if Sender = Slot and then Receiver /= Slot then
               Put_Line (Image (Integer_64 (Receiver)) & ASCII.HT & Image (Integer_64 (Talk (There, There + Ring))));
            elsif Receiver = Slot and then Sender /= Slot then
               Serve (There, There + Ring);
            end if;
         end loop;
      end loop;
      Unmap (Rings, Size);
      Close (Fd);
   end Exchange;

   Mode : constant String := Argument (1);
begin
   if Mode = "scenario" then
      Set_Exit_Status (if Run (Argument (2)) then Success else Failure);
   elsif Mode = "receive" then
      Receive_Object (Descriptor'Value (Argument (2)));
   elsif Mode = "count" then
      Count (Argument (2), Storage_Offset'Value (Argument (3)));
   elsif Mode = "exchange" then
      Exchange (Argument (2), Integer'Value (Argument (3)), Integer'Value (Argument (4)));
   elsif Mode = "write" then
      Write_Records (Argument (2), Integer'Value (Argument (3)), Descriptor'Value (Argument (4)));
   elsif Mode = "read" then
      Read_Records (Argument (2), Integer'Value (Argument (3)), Descriptor'Value (Argument (4)));
   else
      Set_Exit_Status (2);
   end if;
end Scenario;
