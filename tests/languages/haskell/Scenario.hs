-- SPDX-License-Identifier: BSD-3-Clause

-- | The common scenario in Haskell, over the generated module PosixShm.
module Main (main) where

import Control.Concurrent (forkIO, newEmptyMVar, putMVar, takeMVar, threadDelay)
import Control.Exception (IOException, SomeException, bracket, try)
import Control.Monad (forM, forM_, replicateM_, unless, void, when)
import Data.Bits ((.|.))
import qualified Data.ByteString as ByteString
import qualified Data.ByteString.Char8 as Char8
import Data.IORef (newIORef, readIORef, writeIORef)
import Data.Int (Int32, Int64)
import Data.List (isInfixOf)
import Data.Word (Word8)
import Foreign.Marshal.Utils (copyBytes)
import Foreign.Ptr (Ptr, castPtr, plusPtr, ptrToIntPtr)
import Foreign.Storable (peek, peekByteOff, poke, pokeByteOff)
import qualified PosixShm as Shm
import qualified PosixShm.Foreign as C
import System.Environment (getArgs, getEnv)
import System.Exit (ExitCode (..), exitWith)
import System.IO (hSetEncoding, hFlush, stdout, utf8)
import System.Mem (performMajorGC)
import System.Posix.Types (Fd)
import System.Process (system)

size :: Int64
size = 32768

readWrite :: Shm.Prot
readWrite = Shm.protRead .|. Shm.protWrite

long :: Int64
long = 600000000000

-- What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.

sharedOffset, sharedSize :: Int64
sharedOffset = 8192
sharedSize = sharedOffset + 64

lock, guarded, atomic, arrived, beside, done, gate, left :: Ptr a -> Ptr b
lock = (`plusPtr` 0)
guarded = (`plusPtr` 8)
atomic = (`plusPtr` 16)
arrived = (`plusPtr` 20)
beside = (`plusPtr` 24)
done = (`plusPtr` 28)
gate = (`plusPtr` 32)
left = (`plusPtr` 36)

turns :: Int
turns = 1000

expect :: (Eq a, Show a) => a -> a -> IO ()
expect got wanted = unless (got == wanted) $ ioError (userError (show got ++ " instead of " ++ show wanted))

-- | Must the action fail with this error?
expectError :: String -> IO a -> IO ()
expectError name action = do
  result <- try (void action)
  case result of
    Right () -> ioError (userError ("success instead of " ++ name))
    Left problem -> Shm.errorOf (problem :: IOException) >>= (`expect` name)

mapObject :: Fd -> Int64 -> IO (Ptr Word8)
mapObject fd length' = Shm.map fd length' readWrite Shm.mapShared 0

mapped :: String -> IO Bool
mapped name = isInfixOf name <$> readFile "/proc/self/maps"

acquire :: Ptr Word8 -> IO ()
acquire shared = Shm.lockAcquire (lock shared) long >>= (`expect` False)

addAndWake :: Ptr Word8 -> IO ()
addAndWake word = Shm.atomicUpdate32 word Shm.AtomicAdd 1 >> Shm.atomicWake word maxBound

waitUntil :: Ptr Word8 -> Int64 -> IO ()
waitUntil word value = do
  now <- Shm.atomicLoad32 word
  unless (now == value) $ Shm.atomicWait word now long >> waitUntil word value

takeTurns :: Ptr Word8 -> IO ()
takeTurns shared = replicateM_ turns $ do
  acquire shared
  peek number >>= poke number . (+ 1)
  Shm.lockRelease (lock shared)
  Shm.atomicUpdate32 (atomic shared) Shm.AtomicAdd 1
  where
    number = guarded shared :: Ptr Int64

-- | Wait for the lock that another process holds, while a thread of this one runs; count beside it; wait for its leave. The function of C
-- waits all the time, and not for a second at most.
count :: String -> Int -> IO ()
count name offset = do
  (fd, _) <- Shm.open name Shm.DirectionIo Shm.IfExistsDefault Shm.IfDoesNotExistError 0
  address <- mapObject fd sharedSize
  let shared = address `plusPtr` offset
  addAndWake (arrived shared)
  finished <- newEmptyMVar
  _ <- forkIO $ threadDelay 50000 >> performMajorGC >> addAndWake (beside shared) >> putMVar finished ()
  C.pshm_lock_acquire (fromIntegral (ptrToIntPtr (lock shared))) long >>= (`expect` 0)
  takeMVar finished
  Shm.lockRelease (lock shared)
  takeTurns shared
  addAndWake (done shared)
  waitUntil (gate shared) 1
  addAndWake (left shared)
  Shm.unmap address sharedSize
  Shm.close fd

consumer :: String -> IO ExitCode
consumer arguments = getEnv "POSIX_SHM_CONSUMER" >>= \program -> system (program ++ " " ++ arguments)

points :: String -> IO [(String, IO ())]
points name = do
  descriptor <- newIORef (-1)
  mapping <- newIORef undefined
  let openExclusively = Shm.open name Shm.DirectionIo Shm.IfExistsError Shm.IfDoesNotExistCreate 0o600
      withObject action = readIORef descriptor >>= action
      withMapping action = readIORef mapping >>= action
      errnoName = C.pshm_errno >>= Shm.errorName
  return
    [ ("load the library and check its version", do
        version <- Shm.version
        text <- Shm.versionString
        expect text $ concatMap show [version `div` 1000000] ++ concatMap (('.' :) . show) [version `div` 1000 `mod` 1000, version `mod` 1000])
    , ("open exclusively", do
        (fd, created) <- openExclusively
        writeIORef descriptor fd
        expect created True)
    , ("be told by name that it exists", do
        expectError "EEXIST" openExclusively
        errnoName >>= (`expect` "EEXIST"))
    , ("size, allocate, map", withObject $ \fd -> do
        Shm.truncate fd size
        Shm.allocate fd (size `div` 2)
        mapObject fd size >>= writeIORef mapping)
    , ("write a pattern, read it back through pshm_read", withObject $ \fd -> withMapping $ \memory -> do
        let pattern = ByteString.pack [fromIntegral (i * 7) | i <- [0 .. 255 :: Int]]
        forM_ [0 .. 255] $ \i -> pokeByteOff memory (4096 + i) (ByteString.index pattern i)
        Shm.read fd 256 4096 >>= (`expect` pattern)
        Shm.write fd (Char8.pack "hello") 100 >>= (`expect` 5)
        hello <- forM [100 .. 104] (peekByteOff memory)
        expect (ByteString.pack hello) (Char8.pack "hello")
        end <- Shm.read fd 256 (size - 100)
        expect (ByteString.length end) 100)
    , ("stat with named fields", withObject $ \fd -> do
        field <- Shm.fstat fd
        expect (field Shm.StatSize) size
        expect (field Shm.StatMode) 0o600
        expect (field Shm.StatNlink) 1
        expect (field Shm.StatBlocks >= size `div` 2 `div` 512) True)
    , ("parse a permission list", do
        let keywords = "user-read user-write group-read"
        Shm.flagsParse Shm.KindMode keywords >>= (`expect` 0o640)
        Shm.flagsFormat Shm.KindMode 0o640 >>= (`expect` keywords)
        expectError "EINVAL" (Shm.flagsParse Shm.KindMode "user-fly"))
    , ("enumerate the constants", do
        number <- Shm.constantCount
        expect (number > 50) True
        forM_ [0 .. number - 1] $ \i -> do
          value <- Shm.constantName i >>= Shm.constant
          Shm.constantValue i >>= (`expect` value)
        Shm.constant "PSHM_MAP_SHARED" >>= (`expect` Shm.mapShared) . Shm.MapFlag
        Shm.constantName number >>= (`expect` ""))
    , ("fail with the right error name", withObject $ \fd -> do
        expectError "ENOENT" (Shm.open (name ++ "-none") Shm.DirectionInput Shm.IfExistsDefault Shm.IfDoesNotExistDefault 0)
        expectError "EINVAL" (Shm.delete "noslash")
        expectError "EINVAL" (Shm.delete (name ++ "-none\0x"))
        expectError "EINVAL" (mapObject fd (-1))
        errnoName >>= (`expect` "EINVAL")
        refused <- try (Shm.read fd (2 ^ (62 :: Int)) 0)
        expect (either (const "" :: IOException -> String) show refused) ""
        bracket (mapObject fd 4096) (`Shm.unmap` 4096) $ \memory -> do
          let word = memory `plusPtr` 4092
          mapM_ (expectError "EAGAIN" . Shm.atomicWait word 0) [-5, -1, 0]
          expectError "ETIMEDOUT" (Shm.atomicWait word 0 1))
    , ("make an anonymous object", do
        fd <- Shm.openAnonymous Shm.DirectionIo 0o640 0
        field <- Shm.fstat fd
        expect (field Shm.StatNlink) 0
        expect (field Shm.StatMode) 0o640
        Shm.seal fd (Shm.sealGrow .|. Shm.sealShrink)
        Shm.seals fd >>= (`expect` (Shm.sealShrink .|. Shm.sealGrow))
        Shm.close fd)
    , ("pass a descriptor to another process", withObject $ \fd -> withMapping $ \memory -> do
        (here, there) <- Shm.socketpair
        poke (castPtr memory) (9007199254740992 :: Int64)
        Shm.send here fd Shm.noLimit
        Shm.setInheritable there True
        consumer ("receive " ++ show there) >>= (`expect` ExitSuccess)
        peek (castPtr memory) >>= (`expect` (9007199254740993 :: Int64))
        Shm.close here
        Shm.close there)
    , ("count with another process under a lock, and wake each other", withMapping $ \memory -> do
        let shared = memory `plusPtr` fromIntegral sharedOffset
        acquire shared
        consumer ("count " ++ name ++ " " ++ show sharedOffset ++ " &") >>= (`expect` ExitSuccess)
        waitUntil (arrived shared) 1
        waitUntil (beside shared) 1
        Shm.lockRelease (lock shared)
        takeTurns shared
        waitUntil (done shared) 1
        peek (guarded shared) >>= (`expect` (2 * fromIntegral turns :: Int64))
        Shm.atomicLoad32 (atomic shared) >>= (`expect` (2 * fromIntegral turns))
        addAndWake (gate shared)
        waitUntil (left shared) 1)
    , ("close, delete", withObject $ \fd -> withMapping $ \memory -> do
        mapped name >>= (`expect` True)
        Shm.unmap memory size
        mapped name >>= (`expect` False)
        Shm.close fd
        expectError "EBADF" (Shm.close fd)
        Shm.delete name
        expectError "ENOENT" (Shm.delete name))
    ]

scenario :: String -> IO ()
scenario name = do
  all' <- points name
  results <- forM (zip [1 :: Int ..] all') $ \(number, (title, action)) -> do
    result <- try action
    case result of
      Right () -> putStrLn ("ok " ++ show number ++ " - " ++ title)
      Left problem -> putStrLn ("not ok " ++ show number ++ " - " ++ title ++ "\n# " ++ show (problem :: SomeException))
    hFlush stdout
    return (either (const False) (const True) result)
  putStrLn ("1.." ++ show (length results))
  unless (and results) $ exitWith (ExitFailure 1)

-- | The receiver of the descriptor: add one to the number at the start of the object.
receive :: Fd -> IO ()
receive socket = do
  fd <- Shm.receive socket Shm.noLimit
  address <- mapObject fd 8
  let number = castPtr address :: Ptr Int64
  peek number >>= poke number . (+ 1)
  Shm.unmap address 8
  Shm.close fd

-- | A record: int64, int32, 4 bytes unused, 48 bytes of text, 64 bytes of pattern.
recordSize :: Int64
recordSize = 128

putRecord :: Fd -> Int -> Int64 -> IO ()
putRecord fd slot offset = do
  address <- Shm.map fd recordSize readWrite Shm.mapShared offset :: IO (Ptr Word8)
  pokeByteOff address 0 (-9007199254740993 - fromIntegral slot :: Int64)
  pokeByteOff address 8 (-1 - fromIntegral slot :: Int32)
  forM_ (zip [16 ..] (ByteString.unpack (Char8.pack "haskell gr\195\188\195\159t"))) $ uncurry (pokeByteOff address)
  forM_ [0 .. 63] $ \i -> pokeByteOff address (64 + i) (fromIntegral (slot * 31 + i * 7) :: Word8)
  Shm.unmap address recordSize

printRecord :: Ptr Word8 -> String -> IO ()
printRecord address slot = do
  number <- peekByteOff address 0 :: IO Int64
  small <- peekByteOff address 8 :: IO Int32
  text <- ByteString.pack <$> forM [16 .. 63] (peekByteOff address)
  pattern <- forM [64 .. 127] (peekByteOff address) :: IO [Word8]
  let checksum = sum (zipWith (*) [1 ..] (fmap fromIntegral pattern)) :: Int
  Char8.putStrLn $ Char8.intercalate (Char8.pack "\t")
    [Char8.pack slot, Char8.pack (show number), Char8.pack (show small), Char8.pack (show checksum), ByteString.takeWhile (/= 0) text]

-- | Write one's record into the object, and into an anonymous one that goes to the socket.
writeRecords :: String -> Int -> Fd -> IO ()
writeRecords name slot socket = do
  (fd, _) <- Shm.open name Shm.DirectionIo Shm.IfExistsDefault Shm.IfDoesNotExistError 0
  putRecord fd slot (fromIntegral slot * recordSize)
  Shm.close fd
  anonymous <- Shm.openAnonymous Shm.DirectionIo 0o600 0
  Shm.truncate anonymous recordSize
  putRecord anonymous slot 0
  Shm.send socket anonymous Shm.noLimit
  Shm.close anonymous

-- | Print every record of the object, then the one of the object that comes from the socket.
readRecords :: String -> Int -> Fd -> IO ()
readRecords name slots socket = do
  (fd, _) <- Shm.open name Shm.DirectionInput Shm.IfExistsDefault Shm.IfDoesNotExistDefault 0
  let extent = fromIntegral slots * recordSize
  address <- Shm.map fd extent Shm.protRead Shm.mapShared 0
  forM_ [0 .. slots - 1] $ \slot -> printRecord (address `plusPtr` (slot * fromIntegral recordSize)) (show slot)
  Shm.unmap address extent
  Shm.close fd
  object <- Shm.receive socket Shm.noLimit
  received <- Shm.map object recordSize Shm.protRead Shm.mapShared 0
  printRecord received "received"
  Shm.unmap received recordSize
  Shm.close object

-- Message N of an exchange is N * 'step' bytes of a pattern, from byte N of it.

capacity, ring :: Int64
capacity = Shm.ringCapacityMin
ring = Shm.ringHeaderSize + capacity

messages :: [ByteString.ByteString]
messages = [ByteString.pack [fromIntegral ((n + i) * 7) | i <- [0 .. n * step - 1]] | n <- [0 .. 40]]
  where
    step = 51 :: Int

join :: Ptr Word8 -> Ptr Word8 -> IO ()
join from to = Shm.ringJoin to capacity Shm.RingSender >> void (Shm.ringJoin from capacity Shm.RingReceiver)

-- | Send each message, and receive it back. How many are equal.
talk :: Ptr Word8 -> Ptr Word8 -> IO Int
talk there back = do
  join back there
  good <- forM messages $ \message -> do
    Shm.ringSend there capacity message long
    (== message) <$> Shm.ringReceive back capacity (fromIntegral (ByteString.length message)) long
  Shm.ringLeave there capacity Shm.RingSender
  expectError "ENODATA" (peekMessage back)
  Shm.ringLeave back capacity Shm.RingReceiver
  return (length (filter id good))

peekMessage :: Ptr Word8 -> IO (Ptr Word8, Int64)
peekMessage from = Shm.ringPeek from capacity long

-- | Send back each message, from one ring into the other, until the sender leaves.
serve :: Ptr Word8 -> Ptr Word8 -> IO ()
serve there back = join there back >> loop >> Shm.ringLeave back capacity Shm.RingSender >> Shm.ringLeave there capacity Shm.RingReceiver
  where
    loop = try (peekMessage there) >>= either left' copy
    left' problem = Shm.errorOf (problem :: IOException) >>= (`expect` "ENODATA")
    copy (message, length') = do
      target <- Shm.ringReserve back capacity length' long
      copyBytes target message (fromIntegral length')
      Shm.ringCommit back capacity length'
      Shm.ringRelease there capacity
      loop

-- | Talk to all others, and serve each of them, sender after sender.
exchange :: String -> Int -> Int -> IO ()
exchange name slot number = do
  (fd, _) <- Shm.open name Shm.DirectionIo Shm.IfExistsDefault Shm.IfDoesNotExistError 0
  let extent = 2 * ring * fromIntegral (number * number)
  rings <- mapObject fd extent
  forM_ [(sender, receiver) | sender <- [0 .. number - 1], receiver <- [0 .. number - 1], receiver /= sender] $ \(sender, receiver) -> do
    let there = rings `plusPtr` (2 * fromIntegral ring * (sender * number + receiver))
        back = there `plusPtr` fromIntegral ring
    when (sender == slot) $ talk there back >>= \good -> putStrLn (show receiver ++ "\t" ++ show good)
    when (receiver == slot) $ serve there back
  Shm.unmap rings extent
  Shm.close fd

main :: IO ()
main = do
  hSetEncoding stdout utf8
  arguments <- getArgs
  case arguments of
    ["scenario", name] -> scenario name
    ["receive", socket] -> receive (read socket)
    ["count", name, offset] -> count name (read offset)
    ["exchange", name, slot, number] -> exchange name (read slot) (read number)
    ["write", name, slot, socket] -> writeRecords name (read slot) (read socket)
    ["read", name, slots, socket] -> readRecords name (read slots) (read socket)
    _ -> exitWith (ExitFailure 2)
